"""The skybox service: jobs over HTTP, kept in SQLite and the outputs folder, worked off by processes or by Ray.

The way of a job: `app` takes a request in and `store` keeps it; `dispatch` hands it to a worker (`local`, or `cluster`
for Ray); `work` does it with `lucid3d.pipeline` and tells of it in files (`spot`), which `dispatch` reads back into the
store. Nothing but files and SQLite stands between the parts, so any of them may be killed at any moment.
"""
