"""What a person calls a picture."""

import pytest

from sora_studio.domain.picture import picture_name


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("/data/pasted/pasted-0123456789abcdef.png", "Pasted picture"),
        ("/data/frames/frame-0123456789abcdef0123456789abcdef.png", "Frame of a clip"),
        ("/home/me/pasted-holiday.png", "pasted-holiday.png"),
        ("/home/me/pasted-0123456789abcdef.jpg", "pasted-0123456789abcdef.jpg"),
        ("/home/me/my-frame-0123456789abcdef.png", "my-frame-0123456789abcdef.png"),
        ("harbour.png", "harbour.png"),
        ("", ""),
    ],
)
def test_a_file_that_the_program_named_is_called_by_where_it_comes_from(file: str, name: str) -> None:
    assert picture_name(file) == name
