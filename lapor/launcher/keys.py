"""The secrets of one installation: made once in debug, asked for in production."""

import base64
import os
import secrets
import shutil
from pathlib import Path

from nacl.public import PrivateKey

from lapor.launcher.places import Places, debug, variable
from lapor.launcher.speech import Refused, say

NAMES = ("SECRET_KEY", "CASE_CODE_PEPPER", "VAULT_KEY", "VAULT_PUBLIC_KEY")


def fresh() -> dict[str, str]:
    """A new set. The vault's pair is X25519: everybody seals with the public half, the private half opens."""
    private = PrivateKey.generate()
    return {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "CASE_CODE_PEPPER": secrets.token_urlsafe(32),
        "VAULT_KEY": base64.b64encode(bytes(private)).decode(),
        "VAULT_PUBLIC_KEY": base64.b64encode(bytes(private.public_key)).decode(),
    }


def given(name: str) -> bool:
    """Whether the environment brings a secret itself, or names the file it lies in."""
    return bool(variable(name) or variable(f"{name}_FILE"))


def needed() -> tuple[str, ...]:
    """The secrets that this role asks for."""
    return tuple(name for name in NAMES if name != "VAULT_KEY" or variable("LAPOR_ROLE", "all") != "public")


def of_home(places: Places) -> dict[str, str]:
    """What the environment does not bring: in debug kept under the home, in production refused."""
    missing = [name for name in needed() if not given(name)]
    if not missing:
        return {}
    if not debug():
        raise Refused(
            f"LAPOR_DEBUG is off and {', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set. "
            "Make a set once with `./run keys`, keep it safe, and give it in the environment (or as files: NAME_FILE=/path)."
        )
    if given("VAULT_KEY") != given("VAULT_PUBLIC_KEY"):
        raise Refused("VAULT_KEY and VAULT_PUBLIC_KEY are a pair: set both or neither.")
    kept = _kept(places.keys)
    return {name: kept[name] for name in missing}


def _kept(folder: Path) -> dict[str, str]:
    """The set in `folder`, made when there is none. Half a set is refused: what one half sealed, no new half opens."""
    files = {name: folder / name for name in NAMES}
    present = [name for name in NAMES if files[name].exists()]
    if not present:
        _make(folder)
        say(f"keys made in {folder}")
    elif len(present) < len(NAMES):
        lost = ", ".join(name for name in NAMES if name not in present)
        raise Refused(f"{folder} has lost {lost}. Bring it back from your copy, or start with an empty LAPOR_HOME.")
    return {name: files[name].read_text(encoding="ascii").strip() for name in NAMES}


def _make(folder: Path) -> None:
    """All or nothing: a kill in the middle must not leave half a set."""
    draft = folder.with_name("keys.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    for name, value in fresh().items():
        with os.fdopen(os.open(draft / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(value + "\n")
    draft.replace(folder)
