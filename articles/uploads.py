"""How a file comes in: one, held in memory, never written to a disk, and of limited length."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

LONGEST = 8_000_000  # bytes
FIELD = "file"


class OnePicture(FileUploadHandler):
    """Take one file, and of one that is too long no more than the limit; its form says so to the editor.

    The form must hear of such a file, with everything else that was typed. Django's own handlers would
    keep all of it, in memory or on a disk.
    """

    def __init__(self, request=None):
        super().__init__(request)
        self.taken = False
        self.content = bytearray()

    def new_file(self, field_name, *args, **kwargs):
        super().new_file(field_name, *args, **kwargs)
        if self.taken or field_name != FIELD:
            raise SkipFile
        self.taken = True

    def receive_data_chunk(self, raw_data, start):
        self.content += raw_data[: max(0, LONGEST - start)]

    def file_complete(self, file_size):
        file = SimpleUploadedFile(self.file_name, bytes(self.content), self.content_type)
        file.size = file_size  # of what was sent, not of what was kept
        return file
