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


def response(inner: str) -> str:
    prop = f"<d:propstat><d:prop>{inner}</d:prop></d:propstat>"
    return f"<d:response><d:href>/a.jpg</d:href>{prop}</d:response>"


def test_of_two_answers_about_a_property_the_one_that_is_there_counts() -> None:
    missing = "</d:prop></d:propstat><d:propstat><d:prop><d:getcontenttype/><d:displayname/>"
    owner = "<d:owner><d:href>/principals/anne</d:href></d:owner>"
    kind = "<d:getcontenttype>Image/JPEG</d:getcontenttype><d:displayname>A</d:displayname>"
    body = f"<d:multistatus xmlns:d='DAV:'>{response(kind + owner + missing)}</d:multistatus>"
    (item,) = read(body, FOLDER).items
    assert (item.url, item.title) == ("https://cloud.home.example/a.jpg", "A")


def test_films_before_them_do_not_hide_the_images() -> None:
    films = response("<d:getcontenttype>video/mp4</d:getcontenttype>") * 600
    image = response("<d:getcontenttype>image/jpeg</d:getcontenttype>")
    body = f"<d:multistatus xmlns:d='DAV:'>{films}{image}</d:multistatus>"
    assert urls(read(body, FOLDER)) == ["https://cloud.home.example/a.jpg"]


def test_the_images_of_a_folder() -> None:
    reading = read(MULTISTATUS, FOLDER)
    assert urls(reading) == [FOLDER + "Fog%20one.jpg"]
    (item,) = reading.items
    assert (item.title, item.ts_s) == ("Fog one.jpg", 1_793_613_600)
