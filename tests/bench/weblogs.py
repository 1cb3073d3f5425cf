"""A synthetic access log as busy sites have it: few clients, pages and programs do most of it (Zipf), every line is a request of its
own, none is repeated to fill the file. The same requests are written in the combined and in the W3C form.

What is drawn is independent: real visitors follow links, so their lines repeat more than these do."""
import bisect
import itertools
import os
import random

CLIENTS, PATHS, AGENTS = 5000, 2000, 40
DAYS = 3
START = 1713398400  # 2024-04-18 UTC
ASSETS = ('css', 'js', 'png', 'jpg', 'svg', 'woff2')
FIELDS = ('date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus '
          'sc-win32-status time-taken')


def zipf(n, exponent=1.0):
    """Draws 0..n-1, the first most often."""
    sums = list(itertools.accumulate(1 / (i + 1)**exponent for i in range(n)))

    def draw(r):
        return min(bisect.bisect_left(sums, r.random() * sums[-1]), n - 1)
    return draw


def agents(r):
    for i in range(AGENTS):
        if i % 10 == 9:
            yield 'Mozilla/5.0 (compatible; SearchBot/%d.0; +http://search%d.example.net/bot.html)' % (r.randrange(1, 4), i)
        elif i % 10 == 8:
            yield r.choice(('curl/8.%d.0', 'DocSecUpdater/4.%d (Windows NT 10.0)', 'python-requests/2.%d.1')) % i
        else:
            yield ('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.%d.%d Safari/537.36'
                   % (90 + i, r.randrange(4000, 7000), r.randrange(200)))


def paths(r):
    """(path, how its query is made, bytes or 0 where every reply differs): half decorates pages."""
    for i in range(PATHS):
        folder = '/'.join(r.choice(('site', 'docs', 'portal', 'shop', 'news', 'team')) for _ in range(r.randrange(1, 4)))
        size = int(r.lognormvariate(9, 1.5))
        kind = r.randrange(20)
        if kind < 10:
            yield '/%s/static/%s-%d.%s' % (folder, r.choice(('app', 'main', 'logo', 'icon')), i, r.choice(ASSETS)), None, size
        elif kind < 14:
            yield '/%s/page%d.aspx' % (folder, i), None, 0
        elif kind < 16:
            yield '/%s/view%d' % (folder, i), 'id=%d&tab=summary', 0
        elif kind < 17:
            yield '/%s/find%d' % (folder, i), 'q=word%d&page=1', 0
        elif kind < 19:
            yield '/api/v2/%s/%d' % (folder, i), None, 0
        else:
            yield '/download/%s/package-%d.zip' % (folder, i), None, size * 100


class Site:
    def __init__(self, seed=1):
        self.r = r = random.Random(seed)
        self.agents, self.paths = list(agents(r)), list(paths(r))
        draw = zipf(AGENTS)
        self.clients = [('%d.%d.%d.%d' % (r.choice((10, 172, 198, 203)), r.randrange(256), r.randrange(256), r.randrange(1, 255)),
                         'CORP\\u%d' % r.randrange(2000) if r.random() < 0.1 else '-', self.agents[draw(r)]) for _ in range(CLIENTS)]
        self.client, self.path = zipf(CLIENTS), zipf(PATHS)

    def request(self):
        """(client, account, agent, method, path, query, referer, status, bytes, ms)"""
        r = self.r
        path, query, size = self.paths[self.path(r)]
        luck = r.random()
        status, method = 200, 'GET'
        if '/static/' in path and luck < 0.3:
            status, size = 304, 0
        elif luck > 0.98:
            status, size = 404, 1245
        elif luck > 0.96:
            status, size = 302, 218
        elif size == 0:
            size, method = int(r.lognormvariate(9, 1)), 'POST' if luck < 0.05 else 'GET'
        referer = 'https://www.example.com' + self.paths[self.path(r)][0] if '/static/' in path or luck < 0.4 else '-'
        if query:
            query %= r.randrange(50000)
        return self.clients[self.client(r)] + (method, path, query, referer, status, size, int(r.lognormvariate(3, 1)))


def stamp(second):
    day, s = divmod(second, 86400)
    return day, s // 3600, s // 60 % 60, s % 60


def combined(second, q):
    day, h, m, s = stamp(second)
    client, account, agent, method, path, query, referer, status, size, _ = q
    return '%s - %s [%d/Apr/2024:%02d:%02d:%02d +0000] "%s %s HTTP/1.1" %d %d "%s" "%s"\n' % (
        client, account, 18 + day, h, m, s, method, path + ('?' + query if query else ''), status, size, referer, agent)


def w3c(second, q):
    day, h, m, s = stamp(second)
    client, account, agent, method, path, query, referer, status, _, ms = q
    return '2024-04-%d %02d:%02d:%02d 10.30.5.20 %s %s %s 443 %s %s %s %s %d 0 0 %d\r\n' % (
        18 + day, h, m, s, method, path, query or '-', account, client, agent.replace(' ', '+'), referer, status, ms)


KINDS = (
    ('W3C, Zipf', 'web.w3c', '#Software: Microsoft Internet Information Services 10.0\r\n#Fields: %s\r\n' % FIELDS, w3c, 'static'),
    ('combined, Zipf', 'web.log', '', combined, 'static'),
)


def make(folder, mib):
    """Files of about that size: (name, path, word)."""
    for name, file, head, line, word in KINDS:
        where = os.path.join(folder, '%d-%s' % (mib, file))
        if not os.path.exists(where):
            site, lines = Site(), mib * 4600  # of about 228 bytes
            with open(where + '.part', 'w', newline='') as f:
                f.write(head)
                for i in range(lines):
                    f.write(line(i * DAYS * 86400 // lines, site.request()))
            os.rename(where + '.part', where)
        yield name, where, word
