import django.db.models.deletion
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
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('subject', models.CharField(max_length=150, verbose_name='subject')),
                ('text', models.CharField(max_length=4000, verbose_name='message')),
                ('once', models.UUIDField(default=muster.core.ids.new_id, editable=False)),
                ('batch', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='batches.batch')),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('sent_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['batch', '-created_at'], name='message_by_batch'), models.Index(fields=['institution', '-created_at'], name='message_by_time')],
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'ordering': ['-created_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='message_of_institution'), muster.core.constraints.SameOwner(field='batch', name='message_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('institution', 'sent_by', 'once'), name='a_message_is_sent_once'), models.CheckConstraint(condition=models.Q(models.Q(('subject', ''), _negated=True), models.Q(('text', ''), _negated=True)), name='message_says_something')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_message_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[OLD.batch_id, NEW.batch_id]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='8f7856a73a15ebccedbca45e35a5ee57d7f43b8d', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_message_is_frozen_2e284', table='messaging_message', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,text,once}', 'institution_id', 'batch_id')", hash='dfb7de223ed918b753d84f9715fcf956fb00f6e8', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_cd15f', table='messaging_message', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."batch_id", OLD."subject", OLD."sent_by_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."batch_id", NEW."subject", NEW."sent_by_id"))', execute="muster_audit('{id,updated_at,version,text,once}', 'institution_id', 'batch_id')", hash='17b355cfd39c662c2efac6f4d5db39a64adc0aa1', operation='UPDATE', pgid='pgtrigger_audit_changes_a15e3', table='messaging_message', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='MessageRecipient',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('message', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='recipients', to='messaging.message')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
                'constraints': [muster.core.constraints.SameOwner(field='message', name='message_recipient_message_of_same_institution', owner='institution', to='messaging.Message', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='user', name='message_recipient_user_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.UniqueConstraint(fields=('message', 'user'), name='a_message_reaches_a_person_once')],
                'triggers': [pgtrigger.compiler.Trigger(name='recipients_are_of_an_open_batch', sql=muster.core.triggers.TriggerSql(func='IF EXISTS (SELECT FROM new_rows) THEN \n        PERFORM muster_must_be_open_batches(ARRAY(\n            SELECT DISTINCT batch_id FROM messaging_message WHERE id IN (SELECT message_id FROM new_rows)\n        ));\n     END IF; RETURN NULL;', hash='9e01009a3cf95c7dd2c455058cfd9dccc41c3223', level='STATEMENT', operation='INSERT', pgid='pgtrigger_recipients_are_of_an_open_batch_1de65', referencing='REFERENCING NEW TABLE AS new_rows ', table='messaging_messagerecipient', when='AFTER'))],
            },
        ),
    ]
