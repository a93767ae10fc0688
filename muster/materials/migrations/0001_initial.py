import django.core.validators
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
        ('batches', '0001_initial'),
        ('core', '0001_initial'),
        ('courses', '0001_initial'),
        ('institutions', '0001_initial'),
        ('timetable', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Material',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('title', models.CharField(max_length=150, verbose_name='title')),
                ('description', models.CharField(blank=True, max_length=300, verbose_name='description')),
                ('url', models.CharField(blank=True, max_length=2000, validators=[django.core.validators.URLValidator(['https'], message='Enter a link that starts with https://.')], verbose_name='link')),
                ('file', models.FileField(blank=True, upload_to='materials/', verbose_name='file')),
                ('file_name', models.CharField(blank=True, max_length=100, verbose_name='file name')),
                ('file_size', models.PositiveIntegerField(default=0)),
                ('file_digest', models.CharField(blank=True, max_length=64)),
                ('media_type', models.CharField(blank=True, max_length=40)),
                ('visible_from', models.DateField(blank=True, null=True, verbose_name='visible from')),
                ('position', models.PositiveIntegerField(default=0, editable=False)),
                ('told_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('removed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('added_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('batch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='materials', to='batches.batch')),
                ('course', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='materials', to='courses.course')),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('removed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='materials', to='timetable.classsession')),
            ],
            options={
                'indexes': [models.Index(fields=['institution', '-created_at'], name='material_by_time'), models.Index(models.F('created_at'), condition=models.Q(('told_at__isnull', True)), name='material_to_tell'), models.Index(models.F('removed_at'), condition=models.Q(('removed_at__isnull', False)), name='material_removed')],
                'verbose_name': 'material',
                'verbose_name_plural': 'materials',
                'ordering': ['position', 'created_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='material_of_institution'), muster.core.constraints.SameOwner(field='course', name='material_course_of_same_institution', owner='institution', to='courses.Course', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='batch', name='material_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='session', name='material_session_of_same_institution', owner='institution', to='timetable.ClassSession', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(models.Q(('batch__isnull', True), ('course__isnull', False), ('session__isnull', True)), models.Q(('batch__isnull', False), ('course__isnull', True), ('session__isnull', True)), models.Q(('batch__isnull', True), ('course__isnull', True), ('session__isnull', False)), _connector='OR'), name='material_is_of_one_course_batch_or_session'), models.CheckConstraint(condition=models.Q(models.Q(('file_size__gt', 0), ('url', ''), models.Q(('file', ''), _negated=True)), models.Q(('file', ''), ('file_size', 0), ('url__startswith', 'https://')), _connector='OR'), name='material_is_a_file_or_a_link'), models.CheckConstraint(condition=models.Q(('media_type__in', ['', 'application/pdf', 'image/jpeg', 'image/png', 'image/webp', 'image/heic'])), name='material_is_a_document_or_a_picture'), models.CheckConstraint(condition=models.Q(('title__regex', '\\S'), models.Q(('title__regex', '[\\x01-\\x1f\\x7f\\u2028\\u2029]'), _negated=True)), name='material_has_a_title')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_batch_keeps_material', sql=muster.core.triggers.TriggerSql(condition='WHEN (pg_trigger_depth() = 0)', func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[OLD.batch_id, NEW.batch_id]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='696ffea35876f4619803a08457b0040df0e887c2', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_batch_keeps_material_7477f', table='materials_material', when='BEFORE')), pgtrigger.compiler.Trigger(name='archived_meeting_keeps_material', sql=muster.core.triggers.TriggerSql(func='\n            PERFORM muster_must_be_open(ARRAY[(SELECT meeting_id FROM timetable_classsession WHERE id = OLD.session_id), (SELECT meeting_id FROM timetable_classsession WHERE id = NEW.session_id)]);\n            RETURN coalesce(NEW, OLD);\n        ', hash='b32dd3049e6d1bda0e29d14b513b82b3b1bffcc7', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_meeting_keeps_material_3a22c', table='materials_material', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,position,told_at}', 'institution_id', 'batch_id', 'course_id')", hash='4cbb7366f8a3c99a0f3480579458eddcf55a5c00', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_f0bdd', table='materials_material', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."course_id", OLD."batch_id", OLD."session_id", OLD."title", OLD."description", OLD."url", OLD."file", OLD."file_name", OLD."file_size", OLD."file_digest", OLD."media_type", OLD."visible_from", OLD."added_by_id", OLD."removed_at", OLD."removed_by_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."course_id", NEW."batch_id", NEW."session_id", NEW."title", NEW."description", NEW."url", NEW."file", NEW."file_name", NEW."file_size", NEW."file_digest", NEW."media_type", NEW."visible_from", NEW."added_by_id", NEW."removed_at", NEW."removed_by_id"))', execute="muster_audit('{id,updated_at,version,position,told_at}', 'institution_id', 'batch_id', 'course_id')", hash='978e5c38dd3b6ee89cdcad8aac395d34a3dabbaf', operation='UPDATE', pgid='pgtrigger_audit_changes_604d6', table='materials_material', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='MaterialView',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('days', models.PositiveIntegerField(default=1)),
                ('last_on', models.DateField()),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('material', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='views', to='materials.material')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
                'constraints': [muster.core.constraints.SameOwner(field='material', name='material_view_material_of_same_institution', owner='institution', to='materials.Material', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='user', name='material_view_user_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.UniqueConstraint(fields=('material', 'user'), name='one_row_of_views_for_each_person'), models.CheckConstraint(condition=models.Q(('days__gte', 1)), name='material_was_opened')],
            },
        ),
        muster.core.sql.InstallFunctions(
            app='materials',
        ),
    ]
