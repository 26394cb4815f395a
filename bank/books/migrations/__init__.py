"""The steps of the bank's database, as Alembic wants them: `env.py` says where, `versions/` what."""
