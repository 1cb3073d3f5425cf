#!/usr/bin/env python3
"""Public rules find what they are about in logs of applications and mirrors of packages, and nothing beside it.
Prints TAP.

  app_rules.py SPOOR
"""
import os
import sys

from common import SHARED, hunt_cases, skip

SIGMA = os.path.join(SHARED, 'data', 'sigma', 'rules')
RULES = [os.path.join(SIGMA, *p) for p in (('application',), ('web',))]
SQL, PYTHON, DJANGO, NODE, RUBY = ('8a670c6d-7189-4b1c-8017-a417ca84a086', '19aefed0-ffd4-47dc-a7fc-f8b1425e84f9',
                                   'fd435618-981e-4a7c-81f8-f78ce480d616', '97661d9d-2beb-4630-b423-68985291a8af',
                                   '0d2c3d4c-4b48-4ac3-8f23-ea845746bb1a')
JNDI = '412d55bc-7737-4d25-9542-5b396867ce55'
APP = '2024-04-18 10:13:58,123 ERROR [t] %s'
MSSQL = '2024-04-18 03:23:01.11 spid52      %s'
NEXUS = '10.1.2.3 - - [18/Apr/2024:02:10:44 +0000] "GET /repository/%s HTTP/1.1" 200 - 12 3 "Maven/3.9" [qtp1-2]'
ARTIFACTORY = '2024-04-18T02:10:44.113Z|5f1e|10.1.2.3|svc|GET|/api/%s|200|-1|1234|12|curl/8'
# what, text, rule, is it found?
CASES = (
    ('an application, SQL', APP % 'x You have an error in your SQL syntax near', SQL, True),
    ('an application, Python', APP % 'OperationalError: x', PYTHON, True),
    ('an application, Django', APP % 'SuspiciousOperation: Invalid HTTP_HOST', DJANGO, True),
    ('an application, Node', APP % 'Error at node:child_process', NODE, True),
    ('an application, Ruby', APP % 'ActionController::InvalidAuthenticityToken', RUBY, True),
    ('an application, nothing', APP % 'x login ok user=a', SQL, False),
    ('SQL Server', MSSQL % 'Unclosed quotation mark after the character string', SQL, True),
    ('SQL Server, nothing', MSSQL % 'Starting up database x', SQL, False),
    ('Nexus', NEXUS % 'Basic/Command/Base64/x', JNDI, True),
    ('Nexus, nothing', NEXUS % 'a.jar', JNDI, False),
    ('Artifactory', ARTIFACTORY % 'Basic/Command/Base64/x', JNDI, True),
    ('Artifactory, nothing', ARTIFACTORY % 'a.jar', JNDI, False),
)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if not os.path.isdir(SIGMA):
        skip('no shared rules')
    return hunt_cases(sys.argv[1], CASES, *RULES)


sys.exit(main())
