import django.db.models.deletion
import muster.core.constraints
import muster.core.ids
import muster.core.sql
import muster.core.triggers
import pgtrigger.compiler
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
        ('documents', '0001_initial'),
        ('enrollments', '0001_initial'),
        ('institutions', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('exception_reason', models.TextField(blank=True, verbose_name='reason for the exception')),
                ('document', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='documents.issueddocument', verbose_name='document')),
                ('enrollment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='enrollments.enrollment', verbose_name='enrollment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'verbose_name': 'certificate',
                'verbose_name_plural': 'certificates',
                'ordering': ['-created_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='certificate_of_institution'), muster.core.constraints.SameOwner(field='enrollment', name='certificate_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='document', name='certificate_document_of_same_institution', owner='institution', to='documents.IssuedDocument', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('document',), name='one_certificate_for_each_document')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_batch_issues_no_certificate', sql=muster.core.triggers.TriggerSql(func="\n            IF NOT (TG_OP = 'UPDATE' AND to_jsonb(NEW) - '{updated_at}'::text[] = to_jsonb(OLD) - '{updated_at}'::text[]) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[(SELECT batch_id FROM enrollments_enrollment WHERE id = OLD.enrollment_id), (SELECT batch_id FROM enrollments_enrollment WHERE id = NEW.enrollment_id)]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ", hash='34566acff28156d14472d05de3e06c4f54e0baf4', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_batch_issues_no_certificate_0e6ce', table='certificates_certificate', when='BEFORE')), pgtrigger.compiler.Trigger(name='certificate_fits', sql=muster.core.triggers.TriggerSql(func=muster.core.sql.Body('certificates', 'certificate_fits'), hash='ca957469f1db1a5e10031ffd4fa88773c1a0ef48', operation='INSERT', pgid='pgtrigger_certificate_fits_5ebd9', table='certificates_certificate', when='BEFORE')), pgtrigger.compiler.Trigger(name='issued_certificate_stays', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'updated_at' <> to_jsonb(OLD) - 'updated_at' THEN\n                RAISE EXCEPTION 'A certificate that was issued stays; it is revoked or replaced' USING ERRCODE = 'check_violation', CONSTRAINT = 'issued_certificate_stays';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='679eab0cc0a879ba80dcb33c5d5ed43a7ebfc368', operation='UPDATE OR DELETE', pgid='pgtrigger_issued_certificate_stays_3ef52', table='certificates_certificate', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'enrollment_id')", hash='8fb5e436b9a4347f436f8405e3cc0d6259e0ac1f', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_ef04e', table='certificates_certificate', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."enrollment_id", OLD."document_id", OLD."exception_reason") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."enrollment_id", NEW."document_id", NEW."exception_reason"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'enrollment_id')", hash='c230c2a7720ee7029d91166aa63b12c020b165eb', operation='UPDATE', pgid='pgtrigger_audit_changes_b00d4', table='certificates_certificate', when='AFTER'))],
            },
        ),
    ]
