"""Places of certbot's files: /etc/letsencrypt, which lies on the data volume and outlives the droplet."""

import itertools
import pathlib
import shutil

from node import timestamps
from node.facts import data, facts, place

CONFIG = place("/etc/letsencrypt")


def ensure_on_volume() -> None:
    """Makes certbot's usual folder a link to the volume. certbot writes absolute paths into its files, so they must lead there."""
    volume = data("letsencrypt")
    if volume.exists() and not volume.is_dir():
        volume.rename(data(f"letsencrypt.aside-{stamp()}"))
    volume.mkdir(mode=0o700, exist_ok=True)
    if CONFIG.is_symlink():
        if CONFIG.readlink() == volume:
            return
        CONFIG.unlink()
    elif CONFIG.is_dir():
        copy_missing(CONFIG, volume)
        CONFIG.rename(f"{CONFIG}.packaged-{stamp()}")
    elif CONFIG.exists():
        CONFIG.rename(f"{CONFIG}.aside-{stamp()}")
    CONFIG.parent.mkdir(parents=True, exist_ok=True)
    CONFIG.symlink_to(volume)


def copy_missing(source: pathlib.Path, target: pathlib.Path) -> None:
    """Copies what the other folder lacks."""
    for entry in source.iterdir():
        if (target / entry.name).exists():
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, target / entry.name, symlinks=True)
        else:
            shutil.copy2(entry, target / entry.name, follow_symlinks=False)


def conf(name: str) -> pathlib.Path:
    """Gives the file in which certbot keeps how a certificate is renewed."""
    return CONFIG / "renewal" / f"{name}.conf"


def live(name: str, kind: str = "") -> pathlib.Path:
    """Gives the folder of links to a certificate's newest files, or one of these links: cert, privkey, chain, fullchain."""
    return CONFIG / "live" / name / (f"{kind}.pem" if kind else "")


def archive(name: str) -> pathlib.Path:
    """Gives the folder of all files of a certificate, numbered from 1."""
    return CONFIG / "archive" / name


def server_of(url: str) -> pathlib.Path:
    """Gives the folder of the accounts at an authority, by its directory's URL."""
    return CONFIG / "accounts" / url.partition("://")[2].rstrip("/")


def domain() -> str:
    """Gives the name that the one certificate is kept under."""
    return facts()["domain"]


class Aside:
    """Folder for what is not whole: nothing is deleted. It is made for the first thing that is put there."""

    def __init__(self) -> None:
        self.folder: pathlib.Path | None = None

    def take(self, path: pathlib.Path) -> None:
        """Moves a file, a folder or a link there, if it exists."""
        if not path.exists() and not path.is_symlink():
            return
        self.folder = self.folder or new_folder(CONFIG / "aside")
        parents = path.relative_to(CONFIG).parent if path.is_relative_to(CONFIG) else pathlib.Path("served")
        target = self.folder / parents / path.name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.move(path, target)


def new_folder(parent: pathlib.Path) -> pathlib.Path:
    """Makes a folder named by the time, and by a number where there is one already."""
    parent.mkdir(mode=0o700, exist_ok=True)
    names = itertools.chain([stamp()], (f"{stamp()}-{number}" for number in itertools.count(2)))
    folder = next(parent / name for name in names if not (parent / name).exists())
    folder.mkdir(mode=0o700)
    return folder


def stamp() -> str:
    """Gives the time for a name."""
    return timestamps.iso(timestamps.now()).replace("-", "").replace(":", "")
