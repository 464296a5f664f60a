"""A plugin of pytest for the tests that vendors ship with their clients: leaves out what is named, and writes down how the
others ended.

AICC_SDK_TESTS names a file of settings:
{"leftOut": globs of test ids, "given": {path of an operation: fields for requests without them}, "report": path of a file}
"""

import json
import os
from fnmatch import fnmatchcase

with open(os.environ["AICC_SDK_TESTS"]) as settings:
    SETTINGS = json.load(settings)
FOLDER = "tests/api_resources/"
idle = set(SETTINGS["leftOut"])
outcomes = {}
left_out = 0


def name_of(test):
    return test.nodeid.removeprefix(FOLDER)


def pytest_collection_modifyitems(config, items):
    global left_out
    kept, others = [], []
    for item in items:
        globs = [glob for glob in SETTINGS["leftOut"] if fnmatchcase(name_of(item), glob)]
        idle.difference_update(globs)
        (others if globs else kept).append(item)
    left_out = len(others)
    items[:] = kept
    config.hook.pytest_deselected(items=others)


def pytest_runtest_logreport(report):
    if report.when == "call" or report.outcome != "passed":
        said = report.longreprtext.strip().splitlines() if report.failed else []
        outcomes[name_of(report)] = [report.outcome, *said[-3:]]


def pytest_sessionfinish():
    with open(SETTINGS["report"], "w") as file:
        json.dump({"outcomes": outcomes, "idle": sorted(idle), "leftOut": left_out}, file)


def give(given):
    """Some tests leave out what OpenAI can do without, and no other place can."""
    from openai._base_client import BaseClient

    build_request = BaseClient._build_request

    def build_whole_request(self, options, **others):
        if isinstance(options.json_data, dict):
            options.json_data = {**given.get(options.url, {}), **options.json_data}
        return build_request(self, options, **others)

    BaseClient._build_request = build_whole_request


if SETTINGS["given"]:
    give(SETTINGS["given"])
