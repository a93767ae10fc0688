import django.core.validators
import django.db.models.deletion
import muster.core.constraints
import muster.core.ids
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
            name='ColumnMapping',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('students', 'Students'), ('instructors', 'Instructors'), ('batches', 'Batches'), ('enrollments', 'Enrollments'), ('marks', 'Marks'), ('sections', 'Timetable sections'), ('register', 'Register with students by date')], max_length=20, verbose_name='kind')),
                ('columns', models.JSONField(blank=True, default=dict)),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('institution', 'kind'), name='one_mapping_for_each_kind')],
            },
        ),
        migrations.CreateModel(
            name='ImportedBatch',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('key', models.CharField(max_length=60)),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='batches.batch')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'constraints': [muster.core.constraints.SameOwner(field='batch', name='imported_batch_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('institution', 'key'), name='one_batch_for_each_section')],
            },
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('students', 'Students'), ('instructors', 'Instructors'), ('batches', 'Batches'), ('enrollments', 'Enrollments'), ('marks', 'Marks'), ('sections', 'Timetable sections'), ('register', 'Register with students by date')], default='students', max_length=20, verbose_name='kind')),
                ('dry_run', models.BooleanField(default=False, verbose_name='preview only')),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('refused', 'Refused'), ('failed', 'Failed')], default='waiting', max_length=10, verbose_name='status')),
                ('progress', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(100)])),
                ('file', models.FileField(blank=True, upload_to='imports/', verbose_name='file')),
                ('file_name', models.CharField(max_length=150, verbose_name='file name')),
                ('file_digest', models.CharField(max_length=64)),
                ('file_size', models.PositiveIntegerField(default=0)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('report', models.JSONField(blank=True, default=dict)),
                ('choices', models.JSONField(blank=True, default=dict, editable=False)),
                ('rows', models.JSONField(blank=True, default=list, editable=False)),
                ('refusal', models.TextField(blank=True)),
                ('made', models.JSONField(blank=True, default=dict)),
                ('undone_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('undone', models.JSONField(blank=True, default=dict, editable=False)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('tried_as', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='imports', to='exchange.importrun')),
            ],
            options={
                'ordering': ['-created_at', '-id'],
                'indexes': [models.Index(fields=['institution', '-created_at'], name='import_run_by_time')],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='import_run_of_institution'), muster.core.constraints.SameOwner(field='tried_as', name='import_run_tried_as_of_same_institution', owner='institution', to='exchange.ImportRun', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('progress__lte', 100)), name='import_progress_is_a_percentage'), models.UniqueConstraint(condition=models.Q(('status__in', ['refused', 'failed']), _negated=True), fields=('tried_as',), name='a_trial_is_imported_once')],
            },
        ),
    ]
