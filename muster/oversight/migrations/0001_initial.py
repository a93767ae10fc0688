import django.db.models.deletion
import django.db.models.functions.datetime
import muster.core.constraints
import muster.core.ids
import muster.core.triggers
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('batches', '0001_initial'),
        ('core', '0001_initial'),
        ('institutions', '0001_initial'),
        ('timetable', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AccessRequest',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('all_batches', models.BooleanField(default=False, verbose_name='all batches')),
                ('first_date', models.DateField(verbose_name='registers from')),
                ('last_date', models.DateField(verbose_name='registers up to')),
                ('with_evidence', models.BooleanField(default=False, verbose_name='evidence files')),
                ('purpose', models.CharField(max_length=500, verbose_name='purpose')),
                ('needed_until', models.DateField(blank=True, null=True, verbose_name='needed until')),
                ('status', models.CharField(choices=[('pending', 'Waiting'), ('approved', 'Granted'), ('rejected', 'Rejected'), ('revoked', 'Revoked')], default='pending', max_length=10, verbose_name='status')),
                ('decided_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('decision_note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='access ends')),
                ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('revoke_note', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('reminded_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('asked_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='access_requests', to=settings.AUTH_USER_MODEL, verbose_name='regulator')),
                ('decided_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('revoked_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('status', 'pending')), fields=['institution'], name='access_waiting'), models.Index(condition=models.Q(('status', 'approved')), fields=['expires_at'], name='access_ending')],
                'verbose_name': 'access request',
                'verbose_name_plural': 'access requests',
                'ordering': ['-created_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='access_request_of_institution'), muster.core.constraints.SameOwner(field='asked_by', name='access_request_asked_by_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.CheckConstraint(condition=models.Q(('last_date__gte', models.F('first_date'))), name='access_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('purpose', ''), _negated=True), name='access_has_a_purpose'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('expires_at__isnull', True), ('status', 'pending')), models.Q(('decided_at__isnull', False), ('expires_at__isnull', True), ('status', 'rejected'), models.Q(('decision_note', ''), _negated=True)), models.Q(('decided_at__isnull', False), ('expires_at__gt', models.F('decided_at')), ('expires_at__isnull', False), ('status__in', ['approved', 'revoked'])), _connector='OR'), name='access_is_decided_with_an_expiry_or_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', False), ('status', 'revoked'), models.Q(('revoke_note', ''), _negated=True)), models.Q(models.Q(('status', 'revoked'), _negated=True), ('revoke_note', ''), ('revoked_at__isnull', True)), _connector='OR'), name='access_is_revoked_with_a_reason')],
                'triggers': [pgtrigger.compiler.Trigger(name='access_is_decided_once', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF (CASE TG_OP\n        WHEN 'INSERT' THEN NEW.status <> 'pending'\n        WHEN 'DELETE' THEN OLD.status <> 'pending'\n        ELSE CASE OLD.status\n            WHEN 'pending' THEN NEW.status = 'revoked' OR (NEW.institution_id, NEW.asked_by_id, NEW.purpose, NEW.needed_until, NEW.created_at) IS DISTINCT FROM (OLD.institution_id, OLD.asked_by_id, OLD.purpose, OLD.needed_until, OLD.created_at)\n                OR NEW.first_date < OLD.first_date OR NEW.last_date > OLD.last_date\n                OR NEW.with_evidence AND NOT OLD.with_evidence OR NEW.all_batches AND NOT OLD.all_batches\n            WHEN 'approved' THEN NEW.status NOT IN ('approved', 'revoked') OR (NEW.institution_id, NEW.asked_by_id, NEW.purpose, NEW.needed_until, NEW.created_at, NEW.all_batches, NEW.first_date, NEW.last_date, NEW.with_evidence, NEW.decided_by_id, NEW.decided_at) IS DISTINCT FROM (OLD.institution_id, OLD.asked_by_id, OLD.purpose, OLD.needed_until, OLD.created_at, OLD.all_batches, OLD.first_date, OLD.last_date, OLD.with_evidence, OLD.decided_by_id, OLD.decided_at)\n                OR (NEW.expires_at, NEW.decision_note) IS DISTINCT FROM (OLD.expires_at, OLD.decision_note) AND (\n                    NEW.status <> 'approved' OR NEW.expires_at <= OLD.expires_at\n                    OR OLD.expires_at <= clock_timestamp() OR NEW.decision_note = ''\n                )\n            ELSE TRUE\n        END\n    END) THEN\n                RAISE EXCEPTION 'Access is asked for, decided once within what was asked, and then only extended or revoked' USING ERRCODE = 'check_violation', CONSTRAINT = 'access_is_decided_once';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='b1f6415df7379db0a36c443f219b8991d0757ba8', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_access_is_decided_once_7ee63', table='oversight_accessrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,reminded_at}', 'institution_id')", hash='48f82eb2a6a1cf924da6cec72c073d1d8c36f93b', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_ce4ef', table='oversight_accessrequest', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."asked_by_id", OLD."all_batches", OLD."first_date", OLD."last_date", OLD."with_evidence", OLD."purpose", OLD."needed_until", OLD."status", OLD."decided_by_id", OLD."decided_at", OLD."decision_note", OLD."expires_at", OLD."revoked_by_id", OLD."revoked_at", OLD."revoke_note") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."asked_by_id", NEW."all_batches", NEW."first_date", NEW."last_date", NEW."with_evidence", NEW."purpose", NEW."needed_until", NEW."status", NEW."decided_by_id", NEW."decided_at", NEW."decision_note", NEW."expires_at", NEW."revoked_by_id", NEW."revoked_at", NEW."revoke_note"))', execute="muster_audit('{id,updated_at,version,reminded_at}', 'institution_id')", hash='ad22fe90a8955ac62bb51a75a2c8b95a3821fb74', operation='UPDATE', pgid='pgtrigger_audit_changes_bb9ff', table='oversight_accessrequest', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='AccessLook',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('looked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='when')),
                ('how', models.CharField(choices=[('opened', 'Opened'), ('pdf', 'Saved as PDF'), ('xlsx', 'Saved as XLSX'), ('csv', 'Saved as CSV'), ('evidence', 'Evidence opened'), ('denied', 'Denied, not granted')], max_length=8, verbose_name='how')),
                ('session_date', models.DateField(null=True, verbose_name='date')),
                ('registers', models.PositiveIntegerField(default=1)),
                ('evidence_id', models.UUIDField(null=True)),
                ('batch_codes', models.CharField(blank=True, max_length=300, verbose_name='batches')),
                ('request_id', models.CharField(blank=True, max_length=100)),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('looked_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='access_looks', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('session', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='timetable.classsession')),
                ('access', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='looks', to='oversight.accessrequest')),
            ],
            options={
                'indexes': [models.Index(fields=['institution', '-id'], name='access_look_by_time')],
                'verbose_name': 'look of a regulator',
                'verbose_name_plural': 'looks of regulators',
                'ordering': ['-id'],
                'constraints': [muster.core.constraints.SameOwner(field='access', name='access_look_access_of_same_institution', owner='institution', to='oversight.AccessRequest', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='looked_by', name='access_look_looked_by_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.CheckConstraint(condition=models.Q(models.Q(('access__isnull', True), ('how', 'denied')), models.Q(models.Q(('how', 'denied'), _negated=True), ('access__isnull', False)), _connector='OR'), name='look_has_its_grant_unless_denied')],
                'triggers': [pgtrigger.compiler.Trigger(name='looks_stay_as_they_are', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'Who looked is only added to' USING ERRCODE = 'check_violation', CONSTRAINT = 'looks_stay_as_they_are';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='31b31ff19e544858a006f0fe7bfbe91b4124d2d6', operation='UPDATE OR DELETE', pgid='pgtrigger_looks_stay_as_they_are_b6505', table='oversight_accesslook', when='BEFORE')), pgtrigger.compiler.Trigger(name='look_is_within_its_grant', sql=muster.core.triggers.TriggerSql(func="\n            PERFORM FROM oversight_accessrequest WHERE id = NEW.access_id FOR SHARE;\n            IF NEW.access_id IS NOT NULL AND NOT EXISTS (\n        SELECT FROM oversight_accessrequest\n        WHERE id = NEW.access_id AND asked_by_id = NEW.looked_by_id\n        AND status = 'approved' AND expires_at > clock_timestamp()\n        AND (NEW.session_date IS NULL OR NEW.session_date BETWEEN first_date AND last_date)\n        AND (NEW.how <> 'evidence' OR with_evidence)\n    ) THEN\n                RAISE EXCEPTION 'Whoever looks has a grant in force' USING ERRCODE = 'check_violation', CONSTRAINT = 'look_is_within_its_grant';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='2e4512bffbfc2990a55467146f212ae3265670b9', operation='INSERT', pgid='pgtrigger_look_is_within_its_grant_7f3ac', table='oversight_accesslook', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,looked_by_id,looked_at,request_id}', 'institution_id', 'access_id')", hash='a397e183674526b6e689fa046c289fd581f5e109', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_a31c9', table='oversight_accesslook', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."institution_id", OLD."access_id", OLD."how", OLD."session_id", OLD."session_date", OLD."registers", OLD."evidence_id", OLD."batch_codes") IS DISTINCT FROM (NEW."institution_id", NEW."access_id", NEW."how", NEW."session_id", NEW."session_date", NEW."registers", NEW."evidence_id", NEW."batch_codes"))', execute="muster_audit('{id,updated_at,version,looked_by_id,looked_at,request_id}', 'institution_id', 'access_id')", hash='85f5281a61dd73d05cc172a131d30e52657c07dd', operation='UPDATE', pgid='pgtrigger_audit_changes_dddd9', table='oversight_accesslook', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='AccessBatch',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='access_links', to='batches.batch')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('access', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='batch_links', to='oversight.accessrequest')),
            ],
            options={
                'verbose_name': 'requested batch',
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='access_batch_of_institution'), muster.core.constraints.SameOwner(field='access', name='access_batch_access_of_same_institution', owner='institution', to='oversight.AccessRequest', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='batch', name='access_batch_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('access', 'batch'), name='one_place_in_an_access_request')],
                'triggers': [pgtrigger.compiler.Trigger(name='granted_batches_stay', sql=muster.core.triggers.TriggerSql(declare='DECLARE own uuid;', func="\n            own := CASE TG_OP WHEN 'DELETE' THEN OLD.access_id ELSE NEW.access_id END; PERFORM FROM oversight_accessrequest WHERE id = own FOR SHARE;\n            IF TG_OP = 'UPDATE' OR EXISTS (\n        SELECT FROM oversight_accessrequest WHERE id = own AND status <> 'pending'\n    ) THEN\n                RAISE EXCEPTION 'The batches of a decided request stay as they were decided' USING ERRCODE = 'check_violation', CONSTRAINT = 'granted_batches_stay';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='3135c96620d7bbbbea6532b5e2fba0673eff735e', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_granted_batches_stay_45468', table='oversight_accessbatch', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'access_id')", hash='42826155ffd8239ec303f60e18ed9e999eb8f36f', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_1ad60', table='oversight_accessbatch', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."access_id", OLD."batch_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."access_id", NEW."batch_id"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'access_id')", hash='d7d68c3219d3b0ec3be46f710c5b807516ab0254', operation='UPDATE', pgid='pgtrigger_audit_changes_8592e', table='oversight_accessbatch', when='AFTER'))],
            },
        ),
        migrations.AddField(
            model_name='AccessRequest',
            name='batches',
            field=models.ManyToManyField(related_name='+', through='oversight.AccessBatch', to='batches.batch'),
        ),
    ]
