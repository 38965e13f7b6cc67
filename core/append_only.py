"""Migration operations that make a table append-only in the database itself, whatever the code does."""

from django.db import migrations

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_modification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


def create_function() -> migrations.RunSQL:
    """The trigger function, created once by the first migration of ``core``."""
    return migrations.RunSQL(_FUNCTION, "DROP FUNCTION refuse_modification() CASCADE;")


def protect(table: str, *, delete_allowed_when: str = "") -> migrations.RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE on a table by trigger.

    ``delete_allowed_when`` is an SQL condition on OLD under which a row has reached the end of its legal life.
    """
    guard = f"WHEN (NOT ({delete_allowed_when}))" if delete_allowed_when else ""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_modification();
        CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
            FOR EACH ROW {guard} EXECUTE FUNCTION refuse_modification();
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_modification();
        """,
        f"""
        DROP TRIGGER {table}_no_update ON {table};
        DROP TRIGGER {table}_no_delete ON {table};
        DROP TRIGGER {table}_no_truncate ON {table};
        """,
    )
