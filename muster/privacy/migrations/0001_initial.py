import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
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
        ('institutions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ConsentPurpose',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('title', models.CharField(max_length=100, verbose_name='purpose')),
                ('audience', models.CharField(choices=[('students', 'Students'), ('staff', 'Staff'), ('everyone', 'Students and staff')], default='students', max_length=10, verbose_name='who is asked')),
                ('closed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'verbose_name': 'consent',
                'verbose_name_plural': 'consents',
                'ordering': ['title__plain', 'id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='consent_purpose_of_institution'), models.UniqueConstraint(models.F('institution'), django.db.models.functions.text.Lower('title'), name='one_consent_for_each_purpose'), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='consent_names_its_purpose'), models.CheckConstraint(condition=models.Q(('audience__in', ['students', 'staff', 'everyone'])), name='consent_audience_is_known')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='fc9f177489887c177a4c09a252af99a85b4ad4f8', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_1bf5d', table='privacy_consentpurpose', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."title", OLD."audience", OLD."closed_at") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."title", NEW."audience", NEW."closed_at"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='6e06cad0f3b22550f413a9447c06fc4c47c9725c', operation='UPDATE', pgid='pgtrigger_audit_changes_15da3', table='privacy_consentpurpose', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('person', 'A person'), ('evidence', 'Evidence of absences'), ('messages', 'Messages to students'), ('notifications', 'Notifications and emails'), ('imports', 'Imported files'), ('reports', 'Files of reports'), ('looks', 'Who opened files, notes and archives'), ('notes', 'Notes about students who left'), ('applications', 'Rejected applications'), ('security', 'Security log'), ('history', 'History of changes')], max_length=20, verbose_name='what')),
                ('until', models.DateTimeField(null=True)),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('counts', models.JSONField(default=dict)),
                ('by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('person', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['institution', '-created_at'], name='erasure_by_time')],
                'verbose_name': 'erasure',
                'verbose_name_plural': 'erasures',
                'ordering': ['-created_at', '-id'],
                'constraints': [muster.core.constraints.SameOwner(field='person', name='erasure_person_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'person'), ('person__isnull', False), ('until__isnull', True)), models.Q(models.Q(('kind', 'person'), _negated=True), ('person__isnull', True), ('until__isnull', False)), _connector='OR'), name='erasure_is_of_a_person_or_a_period')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,counts,reason}', 'institution_id', 'person_id')", hash='ab6a5fe5169981a46c8f34d7a38f4509128d9ad5', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_e80c8', table='privacy_erasure', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."kind", OLD."person_id", OLD."until", OLD."by_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."kind", NEW."person_id", NEW."until", NEW."by_id"))', execute="muster_audit('{id,updated_at,version,counts,reason}', 'institution_id', 'person_id')", hash='f49155c65964857ab34ca0ea9343f7752df8368f', operation='UPDATE', pgid='pgtrigger_audit_changes_f8ea4', table='privacy_erasure', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='ArchiveLook',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('looked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('looked_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'look at an archive',
                'verbose_name_plural': 'looks at archives',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['institution', 'looked_at'], name='archive_look_by_time')],
                'constraints': [muster.core.constraints.SameOwner(field='person', name='archive_look_person_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id'))],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,looked_by_id,looked_at}', 'institution_id', 'person_id')", hash='5f2cc73ee066b091b0f6db671dfed0947edb8198', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_ad680', table='privacy_archivelook', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."institution_id", OLD."person_id") IS DISTINCT FROM (NEW."institution_id", NEW."person_id"))', execute="muster_audit('{id,updated_at,version,looked_by_id,looked_at}', 'institution_id', 'person_id')", hash='bb4233795ceb381ccdeb299a0d52d1d039d1f6ea', operation='UPDATE', pgid='pgtrigger_audit_changes_c5372', table='privacy_archivelook', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='ConsentText',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(verbose_name='version')),
                ('text', models.TextField(verbose_name='text')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('purpose', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='texts', to='privacy.consentpurpose')),
                ('written_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'consent text',
                'ordering': ['-version'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='consent_text_of_institution'), muster.core.constraints.SameOwner(field='purpose', name='consent_text_purpose_of_same_institution', owner='institution', to='privacy.ConsentPurpose', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('purpose', 'version'), name='one_text_for_each_version'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='consent_text_says_something')],
            },
        ),
        migrations.CreateModel(
            name='ConsentAnswer',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('given', models.BooleanField(verbose_name='given')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('person', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('text', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='privacy.consenttext')),
            ],
            options={
                'indexes': [models.Index(fields=['person', '-id'], name='consent_answer_by_person'), models.Index(fields=['text', 'person', '-id'], name='consent_answer_by_text')],
                'verbose_name': 'answer to a consent',
                'ordering': ['-id'],
                'constraints': [muster.core.constraints.SameOwner(field='text', name='consent_answer_text_of_same_institution', owner='institution', to='privacy.ConsentText', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='person', name='consent_answer_person_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id'))],
            },
        ),
        muster.core.sql.InstallFunctions(
            app='privacy',
        ),
    ]
