import django.contrib.postgres.fields
import django.db.models.deletion
import muster.core.constraints
import muster.core.ids
import muster.core.sql
import muster.core.triggers
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
        ('enrollments', '0001_initial'),
        ('institutions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RiskFlag',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('reasons', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('attendance', 'Low attendance'), ('missed', 'Absent several times in a row'), ('marks', 'Low marks'), ('results', 'Failed subjects'), ('contact', 'No contact with mentor')], max_length=10), size=None, verbose_name='reasons')),
                ('percent', models.DecimalField(decimal_places=1, max_digits=4, null=True, verbose_name='attendance')),
                ('minimum', models.PositiveSmallIntegerField(default=0, verbose_name='minimum attendance (percent)')),
                ('missed', models.PositiveSmallIntegerField(default=0, verbose_name='absences in a row')),
                ('marks', models.DecimalField(decimal_places=2, max_digits=7, null=True, verbose_name='marks so far (percent)')),
                ('failed', models.PositiveSmallIntegerField(default=0, verbose_name='failed subjects')),
                ('contact_on', models.DateField(null=True, verbose_name='last contact with the mentor')),
                ('due_on', models.DateField(verbose_name='contact by')),
                ('reminded_at', models.DateTimeField(editable=False, null=True)),
                ('escalated_at', models.DateTimeField(editable=False, null=True)),
                ('closed_at', models.DateTimeField(editable=False, null=True, verbose_name='closed')),
                ('outcome', models.CharField(blank=True, choices=[('back', 'Back on track'), ('agreed', 'Support agreed'), ('no_concern', 'No concern'), ('unreachable', "Couldn't be reached"), ('recovered', 'No reasons left'), ('left', 'No longer in the batch')], max_length=12, verbose_name='outcome')),
                ('closing_note', models.CharField(blank=True, max_length=2000, verbose_name='note')),
                ('closed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('enrollment', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='risk_flags', to='enrollments.enrollment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('owner', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='risk_flags', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['institution'], name='flag_open'), models.Index(fields=['institution', '-created_at'], name='flag_by_time'), models.Index(fields=['enrollment'], name='flag_by_enrollment')],
                'verbose_name': 'risk flag',
                'verbose_name_plural': 'risk flags',
                'ordering': ['-created_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='risk_flag_of_institution'), muster.core.constraints.SameOwner(field='enrollment', name='risk_flag_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='owner', name='risk_flag_owner_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('enrollment',), name='one_open_flag_for_each_enrollment'), models.CheckConstraint(condition=models.Q(('reasons__contained_by', ['attendance', 'missed', 'marks', 'results', 'contact']), ('reasons__len__gte', 1)), name='flag_has_known_reasons'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('outcome', '')), models.Q(('closed_at__isnull', False), ('outcome__in', ['back', 'agreed', 'no_concern', 'unreachable', 'recovered', 'left'])), _connector='OR'), name='closed_flag_has_an_outcome')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_risk_flag_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[(SELECT batch_id FROM enrollments_enrollment WHERE id = OLD.enrollment_id), (SELECT batch_id FROM enrollments_enrollment WHERE id = NEW.enrollment_id)]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='45a3ca4b689f5641e23bc639c619b80ac5d656e2', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_risk_flag_is_frozen_44cb0', table='risk_riskflag', when='BEFORE')), pgtrigger.compiler.Trigger(name='open_flag_is_of_an_active_student', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF \n        NEW.closed_at IS NULL AND NOT EXISTS (\n            SELECT FROM enrollments_enrollment\n            WHERE id = NEW.enrollment_id AND status = 'active' AND batch_id IS NOT NULL\n        ) OR TG_OP = 'UPDATE' AND NEW.enrollment_id <> OLD.enrollment_id\n     THEN\n                RAISE EXCEPTION 'A risk flag is of a student who is active in a batch' USING ERRCODE = 'check_violation', CONSTRAINT = 'open_flag_is_of_an_active_student';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='55012285b9cadbe246f7fe052c5a81516493aab3', operation='INSERT OR UPDATE OF "closed_at", "enrollment_id"', pgid='pgtrigger_open_flag_is_of_an_active_student_68d61', table='risk_riskflag', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,percent,missed,marks,failed,reminded_at,escalated_at}', 'institution_id', 'enrollment_id')", hash='b67dd3c2f52b509bde7b23c31ead1f8097e6f275', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_63e8b', table='risk_riskflag', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."enrollment_id", OLD."reasons", OLD."minimum", OLD."contact_on", OLD."owner_id", OLD."due_on", OLD."closed_at", OLD."closed_by_id", OLD."outcome", OLD."closing_note") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."enrollment_id", NEW."reasons", NEW."minimum", NEW."contact_on", NEW."owner_id", NEW."due_on", NEW."closed_at", NEW."closed_by_id", NEW."outcome", NEW."closing_note"))', execute="muster_audit('{id,updated_at,version,percent,missed,marks,failed,reminded_at,escalated_at}', 'institution_id', 'enrollment_id')", hash='b2fd9e23f59e093dddf67d89e0a8fc04a555cd4a', operation='UPDATE', pgid='pgtrigger_audit_changes_2c82c', table='risk_riskflag', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Intervention',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('call', 'Call'), ('message', 'Message'), ('talk', 'Conversation'), ('letter', 'Letter')], max_length=10, verbose_name='how')),
                ('happened_at', models.DateTimeField(verbose_name='when')),
                ('note', models.CharField(blank=True, max_length=2000, verbose_name='note')),
                ('letter', models.CharField(blank=True, max_length=8000, verbose_name='letter')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('recorded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('flag', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='interventions', to='risk.riskflag')),
            ],
            options={
                'verbose_name': 'contact',
                'verbose_name_plural': 'contacts',
                'ordering': ['-happened_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='intervention_of_institution'), muster.core.constraints.SameOwner(field='flag', name='intervention_flag_of_same_institution', owner='institution', to='risk.RiskFlag', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'letter'), models.Q(('letter', ''), _negated=True)), models.Q(('kind__in', ['call', 'message', 'talk']), ('letter', ''), models.Q(('note', ''), _negated=True)), _connector='OR'), name='contact_is_documented')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_intervention_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[(SELECT enrollment.batch_id FROM risk_riskflag AS flag JOIN enrollments_enrollment AS enrollment ON enrollment.id = flag.enrollment_id WHERE flag.id = OLD.flag_id), (SELECT enrollment.batch_id FROM risk_riskflag AS flag JOIN enrollments_enrollment AS enrollment ON enrollment.id = flag.enrollment_id WHERE flag.id = NEW.flag_id)]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='58a53e71ad667caa60f2c0215ddebfd06c55d3a6', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_intervention_is_frozen_cf2e1', table='risk_intervention', when='BEFORE')), pgtrigger.compiler.Trigger(name='letter_follows_documented_contact', sql=muster.core.triggers.TriggerSql(func="\n            PERFORM FROM risk_riskflag WHERE id = NEW.flag_id FOR SHARE;\n            IF \n        NEW.kind = 'letter' AND NOT EXISTS (\n            SELECT FROM risk_intervention WHERE flag_id = NEW.flag_id AND kind <> 'letter'\n        )\n     THEN\n                RAISE EXCEPTION 'A letter follows a contact that was documented' USING ERRCODE = 'check_violation', CONSTRAINT = 'letter_follows_documented_contact';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='778ce4e4720885a5e1be92cd0eb355290835bd40', operation='INSERT', pgid='pgtrigger_letter_follows_documented_contact_21321', table='risk_intervention', when='BEFORE')), pgtrigger.compiler.Trigger(name='interventions_are_only_added_to', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'The log of contacts is only added to' USING ERRCODE = 'check_violation', CONSTRAINT = 'interventions_are_only_added_to';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='7f5b8102349852fbe610b4bfa691f8180665764d', operation='UPDATE OR DELETE', pgid='pgtrigger_interventions_are_only_added_to_a0aee', table='risk_intervention', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,note,letter}', 'institution_id', 'flag_id')", hash='c17001e0edc4c860926293de04a237ff27831037', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_b14ea', table='risk_intervention', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."flag_id", OLD."kind", OLD."happened_at", OLD."recorded_by_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."flag_id", NEW."kind", NEW."happened_at", NEW."recorded_by_id"))', execute="muster_audit('{id,updated_at,version,note,letter}', 'institution_id', 'flag_id')", hash='d76e4e8fb5eeded71f3daec4a48ebc847116fd5c', operation='UPDATE', pgid='pgtrigger_audit_changes_bb284', table='risk_intervention', when='AFTER'))],
            },
        ),
        muster.core.sql.InstallFunctions(
            app='risk',
        ),
    ]
