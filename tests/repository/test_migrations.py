"""While `migrate` works, and after a step back, the previous image serves on the tables of the next one."""

import pytest
from django.apps import apps
from django.db import migrations
from django.db.migrations.loader import MigrationLoader

# The last migration of each application in the previous image: a release brings these up to date.
PREVIOUS_IMAGE = {"agents": 2, "bilan": 4, "cai": 4, "core": 2, "exemptions": 2, "poleemploi": 5}
NEW = [
    migration
    for (app, name), migration in MigrationLoader(None, ignore_no_migrations=True).disk_migrations.items()
    if int(name[:4] if name[:4].isdigit() else 0) > PREVIOUS_IMAGE.get(app, 9999)
]
CREATED = {
    (migration.app_label, operation.name_lower)
    for migration in NEW
    for operation in migration.operations
    if isinstance(operation, migrations.CreateModel)
}


def test_a_column_added_to_a_table_of_the_previous_image_needs_no_value_from_it() -> None:
    added = {
        (migration.app_label, operation.model_name_lower, operation.name)
        for migration in NEW
        for operation in migration.operations
        if isinstance(operation, migrations.AddField)
    }
    assert added
    demanded = []
    for app, model, name in sorted(added):
        field = apps.get_model(app, model)._meta.get_field(name)
        if (app, model) not in CREATED and not (field.null or field.many_to_many or field.has_db_default()):
            demanded.append(f"{app}.{model}.{name}")
    assert demanded == []


@pytest.mark.parametrize("kind", [migrations.RemoveField, migrations.DeleteModel, migrations.RenameField])
def test_nothing_that_the_previous_image_reads_is_taken_away(kind: type[migrations.operations.base.Operation]) -> None:
    assert [migration.name for migration in NEW for one in migration.operations if isinstance(one, kind)] == []


@pytest.mark.parametrize("app", PREVIOUS_IMAGE)
def test_every_migration_of_a_release_can_be_taken_back(app: str) -> None:
    for migration in NEW:
        if migration.app_label == app:
            assert [one for one in migration.operations if not one.reversible] == [], migration.name
