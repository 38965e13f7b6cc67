"""Migration operations that make a table append-only in the database itself, whatever the code does."""

from django.db import migrations

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_modification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""

# The role under which a server runs the application (deploiement/roles.sh). Elsewhere it does not exist.
_ROLE = "cai_application"


def create_function() -> migrations.RunSQL:
    """The trigger function, created once by the first migration of ``core``."""
    return migrations.RunSQL(_FUNCTION, "DROP FUNCTION refuse_modification() CASCADE;")


def protect(table: str, *, delete_allowed_when: str = "") -> migrations.RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE on a table by trigger, and take the right to them from the application's role.

    ``delete_allowed_when`` is an SQL condition on OLD under which a row has reached the end of its legal life: the role
    then keeps the right to DELETE, which the trigger alone limits.
    """
    rights = "UPDATE" if delete_allowed_when else "UPDATE, DELETE"
    guard = f"WHEN (NOT ({delete_allowed_when}))" if delete_allowed_when else ""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_modification();
        CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
            FOR EACH ROW {guard} EXECUTE FUNCTION refuse_modification();
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_modification();
        {_if_role(f"REVOKE {rights} ON {table} FROM {_ROLE}")}
        """,
        f"""
        DROP TRIGGER {table}_no_update ON {table};
        DROP TRIGGER {table}_no_delete ON {table};
        DROP TRIGGER {table}_no_truncate ON {table};
        {_if_role(f"GRANT {rights} ON {table} TO {_ROLE}")}
        """,
    )


def allow_delete(table: str, *, when: str) -> migrations.RunSQL:
    """Let the rows of a protected table go under an SQL condition on OLD, and no other; UPDATE stays refused."""
    trigger = f"""
        DROP TRIGGER {table}_no_delete ON {table};
        CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
            FOR EACH ROW {{guard}} EXECUTE FUNCTION refuse_modification();
        """
    return migrations.RunSQL(
        trigger.format(guard=f"WHEN (NOT ({when}))") + _if_role(f"GRANT DELETE ON {table} TO {_ROLE}"),
        trigger.format(guard="") + _if_role(f"REVOKE DELETE ON {table} FROM {_ROLE}"),
    )


def _if_role(statement: str) -> str:
    return f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{_ROLE}') THEN {statement}; END IF; END $$;"
