"""Scrapy's settings, so that ``scrapy list``, ``scrapy crawl news`` and scrapyd work too.

Scrapy is kept lean: what the frontier, the queue and the capture do is not done twice. What
depends on the archive (User-Agent, time-outs, limits) is set by the spider, from
``microfiche.toml``.
"""

from crawler.capture.settings import SETTINGS as _CAPTURE

BOT_NAME = "microfiche"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
ADDONS: dict[str, int] = {}

DOWNLOAD_HANDLERS_BASE: dict[str, str] = {}
DOWNLOAD_HANDLERS = {
    "http": "crawler.capture.handler.CapturingHandler",
    "https": "crawler.capture.handler.CapturingHandler",
}

# The queue paces each host, request start to request start, and obeys robots.txt: Scrapy's slots
# time without the connection, and its robots.txt middleware leaks.
DOWNLOAD_DELAY = 0
DOWNLOAD_DELAY_JITTER = 0
CONCURRENT_REQUESTS = 256
CONCURRENT_REQUESTS_PER_DOMAIN = 256
ROBOTSTXT_OBEY = False
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
LOG_FORMATTER = "crawler.quiet.QuietFormatter"

# Scrapy's default resolver knows IPv4 only.
DNS_RESOLVER = "scrapy.resolver.CachingHostnameResolver"

# No cookies, no referer, no retries, no redirects, no decoding, no cache behind our back.
DOWNLOADER_MIDDLEWARES_BASE: dict[str, int] = {}
SPIDER_MIDDLEWARES_BASE: dict[str, int] = {}
EXTENSIONS_BASE: dict[str, int] = {}
# It does nothing where no feed (`-O`) is asked for.
EXTENSIONS = {"scrapy.extensions.feedexport.FeedExporter": 0}
COOKIES_ENABLED = False
REFERER_ENABLED = False
RETRY_ENABLED = False
REDIRECT_ENABLED = False
COMPRESSION_ENABLED = False
HTTPCACHE_ENABLED = False
TELNETCONSOLE_ENABLED = False

STATS_DUMP = False
LOG_LEVEL = "INFO"

for _name, _default, _help in _CAPTURE:
    globals()[_name] = _default
