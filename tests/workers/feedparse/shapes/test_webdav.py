"""The folder of a WebDAV server."""

from reading import read, urls

FOLDER = "https://cloud.home.example/public.php/dav/files/token/"
MULTISTATUS = """<?xml version="1.0"?>
<d:multistatus xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns">
 <d:response><d:href>/public.php/dav/files/token/</d:href>
  <d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype></d:prop></d:propstat></d:response>
 <d:response><d:href>/public.php/dav/files/token/Fog%20one.jpg</d:href>
  <d:propstat><d:prop><d:getcontenttype>image/jpeg</d:getcontenttype>
   <d:getlastmodified>Mon, 02 Nov 2026 10:00:00 GMT</d:getlastmodified>
  </d:prop></d:propstat></d:response>
 <d:response><d:href>/public.php/dav/files/token/notes.txt</d:href>
  <d:propstat><d:prop><d:getcontenttype>text/plain</d:getcontenttype>
  </d:prop></d:propstat></d:response>
</d:multistatus>"""


def test_the_images_of_a_folder() -> None:
    reading = read(MULTISTATUS, FOLDER)
    assert urls(reading) == [FOLDER + "Fog%20one.jpg"]
    (item,) = reading.items
    assert (item.title, item.ts_s) == ("Fog one.jpg", 1_793_613_600)
