import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import muster.core.constraints
import muster.core.ids
import muster.core.sql
import muster.core.triggers
import muster.documents.models
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
        ('institutions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DocumentTemplate',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(max_length=30, verbose_name='kind')),
                ('file_name', models.CharField(max_length=100, verbose_name='file name')),
                ('content', models.BinaryField()),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('uploaded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['kind'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'kind'), name='one_template_for_each_kind')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,content}', 'institution_id')", hash='19358007e903dc50d5048d53d71e34fd8d5769de', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_eb8b0', table='documents_documenttemplate', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."kind", OLD."file_name", OLD."uploaded_by_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."kind", NEW."file_name", NEW."uploaded_by_id"))', execute="muster_audit('{id,updated_at,version,content}', 'institution_id')", hash='a607425260eeda115363ba7149103dfc4ba893f9', operation='UPDATE', pgid='pgtrigger_audit_changes_b2ecb', table='documents_documenttemplate', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='IssuedDocument',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(max_length=30, verbose_name='kind')),
                ('number', models.PositiveIntegerField(default=0, editable=False)),
                ('code', models.CharField(default=muster.documents.models.new_code, editable=False, max_length=10, unique=True, verbose_name='code')),
                ('series', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('about', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('content', models.JSONField()),
                ('ended_at', models.DateTimeField(editable=False, null=True)),
                ('ending', models.CharField(blank=True, choices=[('superseded', 'Superseded'), ('revoked', 'Revoked')], max_length=10, verbose_name='ending')),
                ('ending_reason', models.TextField(blank=True, verbose_name='reason')),
                ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='issued_documents', to=settings.AUTH_USER_MODEL, verbose_name='holder')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('issued_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at'],
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['about'], name='documents_by_what_they_rest_on'), models.Index(fields=['holder'], name='documents_of_a_holder')],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='issued_document_of_institution'), muster.core.constraints.SameOwner(field='holder', name='issued_document_holder_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.UniqueConstraint(fields=('institution', 'number'), name='one_document_for_each_number'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('institution', 'series'), name='one_valid_document_of_a_series'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ending', ''), ('ending_reason', '')), models.Q(('ended_at__isnull', False), ('ending__in', ['superseded', 'revoked'])), _connector='OR'), name='ended_document_says_how')],
                'triggers': [pgtrigger.compiler.Trigger(name='documents_are_numbered', sql=muster.core.triggers.TriggerSql(func=muster.core.sql.Body('documents', 'documents_are_numbered'), hash='7ceae51f7551208334116b94858ddf794efa2132', operation='INSERT', pgid='pgtrigger_documents_are_numbered_5d99b', table='documents_issueddocument', when='BEFORE')), pgtrigger.compiler.Trigger(name='issued_document_stays', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL OR to_jsonb(NEW) - '{ended_at,ending,ending_reason,updated_at}'::text[] <> to_jsonb(OLD) - '{ended_at,ending,ending_reason,updated_at}'::text[] THEN\n                RAISE EXCEPTION 'A document that was handed out stays as it was; a newer one follows it' USING ERRCODE = 'check_violation', CONSTRAINT = 'issued_document_stays';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='caced3f6edcaabc7efacd788620c4498052ebb1c', operation='UPDATE OR DELETE', pgid='pgtrigger_issued_document_stays_8f45e', table='documents_issueddocument', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,code,series,digest,about,content}', 'institution_id')", hash='c80378e31d32543cf40d1bfb156a9c6406047538', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_03d0a', table='documents_issueddocument', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."kind", OLD."holder_id", OLD."number", OLD."issued_by_id", OLD."ended_at", OLD."ending", OLD."ending_reason") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."kind", NEW."holder_id", NEW."number", NEW."issued_by_id", NEW."ended_at", NEW."ending", NEW."ending_reason"))', execute="muster_audit('{id,updated_at,version,code,series,digest,about,content}', 'institution_id')", hash='20603e4a6805840106f5c84d9a14342ffcc1beb7', operation='UPDATE', pgid='pgtrigger_audit_changes_ced72', table='documents_issueddocument', when='AFTER'))],
            },
        ),
    ]
