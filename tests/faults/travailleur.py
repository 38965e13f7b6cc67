"""A Celery program on a machine whose clock is wrong by so many seconds, read in the file that PANNES_DECALAGE names.

The clock is moved from outside: the application reads ``django.utils.timezone``, which here adds the difference.
"""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

from celery.__main__ import main
from django.utils import timezone

_true_now = timezone.now
_decalage = Path(os.environ["PANNES_DECALAGE"])


def _wrong_now() -> datetime:
    try:
        seconds = float(_decalage.read_text())
    except (OSError, ValueError):  # being written
        seconds = 0.0
    return _true_now() + timedelta(seconds=seconds)


if __name__ == "__main__":
    timezone.now = _wrong_now
    sys.exit(main())
