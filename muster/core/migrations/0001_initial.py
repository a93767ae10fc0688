import django.db.models.functions.datetime
import muster.core.sql
import muster.core.triggers
import pgtrigger.compiler
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Erasing',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('owner_id', models.UUIDField(null=True)),
                ('table_name', models.CharField(max_length=63)),
                ('row_id', models.UUIDField()),
                ('part_of', models.UUIDField(null=True)),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
                ('by_id', models.UUIDField(null=True)),
                ('by_name', models.TextField()),
                ('use_case', models.TextField()),
                ('request', models.TextField(null=True)),
                ('facts', models.JSONField()),
            ],
            options={
                'indexes': [models.Index(fields=['row_id', 'at'], name='audit_of_a_row'), models.Index(condition=models.Q(('part_of__isnull', False)), fields=['part_of', 'at'], name='audit_of_the_parts'), models.Index(fields=['owner_id', 'at', 'id'], name='audit_of_an_owner'), models.Index(condition=models.Q(('request__isnull', False)), fields=['request'], name='audit_of_a_request')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_is_only_added_to', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'What happened is only added to' USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_is_only_added_to';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='f48ad61ece98df12716cef25df6b7719e1fa5210', operation='UPDATE OR DELETE', pgid='pgtrigger_audit_is_only_added_to_181f4', table='core_auditentry', when='BEFORE'))],
            },
        ),
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
