"""One window per data folder: a second start brings the first window to the front and ends."""

import logging
import os
from pathlib import Path

from PySide6.QtCore import QCryptographicHash, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_log = logging.getLogger(__name__)
ANSWER_WITHIN_MS = 500


class SingleInstance(QObject):
    """The data folder's place for one window. A connection is all the message there is: show yourself.

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
        """Whether this process is the first; if not, the first one has been asked to show its window."""
        caller = QLocalSocket()
        caller.connectToServer(self._name)
        if caller.waitForConnected(ANSWER_WITHIN_MS):
            caller.disconnectFromServer()
            return False
        QLocalServer.removeServer(self._name)  # what a crash left behind
        if not self._server.listen(self._name):
            _log.warning("A second window cannot find this one: %s", self._server.errorString())
        return True

    def release(self) -> None:
        """From now on another start opens its own window."""
        self._server.close()

    def _on_server_new_connection(self) -> None:
        while self._server.hasPendingConnections():
            caller = self._server.nextPendingConnection()
            caller.disconnected.connect(caller.deleteLater)
            caller.disconnectFromServer()
        self.asked_to_show.emit()
