"""A few feeds to begin with: fine photographs, no key needed, no more than one a day each."""

from typing import Final

from stillframe.contracts.feeds import FeedSource

STARTER: Final = (
    FeedSource(url="https://www.nasa.gov/feeds/iotd-feed", name="NASA Image of the Day"),
    FeedSource(
        url="https://www.bing.com/HPImageArchive.aspx?format=js&idx=0&n=8&mkt=en-US",
        name="Bing pictures of the day",
    ),
    FeedSource(
        url="https://commons.wikimedia.org/w/api.php?action=featuredfeed&feed=potd&feedformat=atom",
        name="Wikimedia Commons picture of the day",
    ),
)
