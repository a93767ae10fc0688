import django.db.models.functions.datetime
import muster.core.sql
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='RememberedAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner_id', models.UUIDField()),
                ('user_id', models.UUIDField()),
                ('path', models.CharField(max_length=300)),
                ('key', models.CharField(max_length=200)),
                ('body_digest', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField()),
                ('answer', models.BinaryField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user_id', 'owner_id', 'path', 'key'), name='one_answer_for_each_idempotency_key')],
            },
        ),
        muster.core.sql.InstallFunctions(
            app='core',
        ),
    ]
