"""An Idempotency-Key belongs to the caller in one institution."""

import uuid

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="rememberedanswer", name="one_answer_for_each_idempotency_key"),
        migrations.AddField(
            model_name="rememberedanswer",
            name="owner_id",
            # Answers of before belong to nobody and are forgotten within a day.
            field=models.UUIDField(default=uuid.UUID(int=0)),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="rememberedanswer",
            constraint=models.UniqueConstraint(
                fields=("user", "owner_id", "path", "key"), name="one_answer_for_each_idempotency_key"
            ),
        ),
    ]
