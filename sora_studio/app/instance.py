"""One window per data folder: a second start brings the first window to the front and ends."""

import logging
import os
from pathlib import Path

from PySide6.QtCore import QCryptographicHash, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_log = logging.getLogger(__name__)
ANSWER_WITHIN_MS = 500


class SingleInstance(QObject):
    """Ensures one window per data folder. Connecting to its local server is the whole protocol: it means "show the window".

    Signals: `asked_to_show()`.
    """

    asked_to_show = Signal()

    def __init__(self, data_dir: Path) -> None:
        super().__init__()
        digest = QCryptographicHash.hash(os.fsencode(data_dir.resolve()), QCryptographicHash.Algorithm.Sha256)
        self._name = f"sora-studio-{digest.data().hex()[:20]}"
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_server_new_connection)

    def claim(self) -> bool:
        """Return whether this process is the first; otherwise ask the first one to show its window."""
        caller = QLocalSocket()
        caller.connectToServer(self._name)
        if caller.waitForConnected(ANSWER_WITHIN_MS):
            caller.disconnectFromServer()
            return False
        QLocalServer.removeServer(self._name)  # left behind by a crash
        if not self._server.listen(self._name):
            _log.warning("A second start cannot find this window: %s", self._server.errorString())
        return True

    def release(self) -> None:
        """Stop listening, so that the next start opens its own window."""
        self._server.close()

    def _on_server_new_connection(self) -> None:
        while self._server.hasPendingConnections():
            caller = self._server.nextPendingConnection()
            caller.disconnected.connect(caller.deleteLater)
            caller.disconnectFromServer()
        self.asked_to_show.emit()
