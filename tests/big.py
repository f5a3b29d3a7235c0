"""A large dataset for measurements: the corpus, copied under new ids until there is enough of it."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from extractor.dataset import serialise
from extractor.pipeline import extract
from extractor.schemas import Dataset
from tests.runs import CORPUS_OF_BIG

_HASH = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{12})(?![0-9a-f])")
