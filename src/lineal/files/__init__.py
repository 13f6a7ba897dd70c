"""The files of runs: an artifacts root, which is a folder of this machine or a bucket of an object store.

    paths.py    which paths are allowed, and the folder of a workspace
    root.py     what every root can do
    folder.py   a folder
    bucket.py   a bucket of S3, Google Cloud Storage or Azure (package obstore)
    nowhere.py  no root: nothing is there, and nothing can be uploaded
    opening.py  the root of a setting

Files are read and written in pieces; no function here holds a whole file in memory. What stays out: HTTP
(server/mlflow/artifact_routes.py), rows, and who may touch which file.
"""

from lineal.files.nowhere import Nowhere
from lineal.files.opening import open_root
from lineal.files.paths import parts_of, path_of_uri, workspace_folder
from lineal.files.root import ArtifactsRoot, Content, Entry, NoSpaceError, Stored, Upload

__all__ = [
    "ArtifactsRoot",
    "Content",
    "Entry",
    "NoSpaceError",
    "Nowhere",
    "Stored",
    "Upload",
    "open_root",
    "parts_of",
    "path_of_uri",
    "workspace_folder",
]
