"""Where the rig keeps what it builds; everything is below .build-rig/ in the root of the repository."""

import os
from pathlib import Path

SYSTEM = Path(__file__).resolve().parent.parent
REPOSITORY = SYSTEM.parent.parent
BUILD = Path(os.environ.get("RIG_BUILD_DIR", REPOSITORY / ".build-rig"))
TREES = BUILD / "trees"
PACKAGES = BUILD / "packages"
PKI = BUILD / "pki"
RUNS = BUILD / "runs"
IMAGES = BUILD / "images"
PAYLOAD = SYSTEM / "rig" / "payload"
