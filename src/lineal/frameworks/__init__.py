"""What a training is recorded with: data sets and models with their digests, and callbacks for each framework.

    digests.py   the digest of what is in memory: arrays, frames, sparse matrices
    files.py     digest, rows and columns of files and folders
    data.py      data sets
    formats.py   how a model becomes files
    saving.py    models in the artifacts root of a store
    versions.py  versions of models that count up
    points.py    points of curves
    waiting.py   what waits to be sent
    recording.py the execution of a training, and what is written of it
    training.py  a training as callbacks see it
    sklearn.py   a fitted estimator of scikit-learn
    xgboost.py, lightgbm.py, keras.py, lightning.py, transformers.py   a callback each

A framework is imported when its module is, and the modules are imported when they are first used: importing the SDK
imports none. Every way to record is explicit, and nothing is patched. What stays out: executions and artifacts
themselves (`lineal.sdk`).
"""
