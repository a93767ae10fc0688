import django.db.models.deletion
import django.db.models.functions.text
import muster.core.constraints
import muster.core.ids
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
            name='SavedView',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('page', models.CharField(max_length=60, verbose_name='list')),
                ('within', models.UUIDField(blank=True, null=True)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('query', models.CharField(blank=True, max_length=1000, verbose_name='filters')),
                ('is_shared', models.BooleanField(default=False, verbose_name='shared with all staff')),
                ('removed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['institution', 'page', 'within'], name='saved_view_of_list'), models.Index(fields=['owner', 'institution'], name='saved_view_by_owner'), models.Index(models.F('removed_at'), condition=models.Q(('removed_at__isnull', False)), name='saved_view_removed')],
                'verbose_name': 'saved view',
                'verbose_name_plural': 'saved views',
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='saved_view_of_institution'), models.UniqueConstraint(models.F('institution'), models.F('owner'), models.F('page'), models.F('within'), django.db.models.functions.text.Lower('name'), condition=models.Q(('removed_at__isnull', True)), name='one_view_of_a_list_for_each_name', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('is_shared', False), ('within__isnull', True), _connector='OR'), name='view_of_one_object_is_not_shared'), models.CheckConstraint(condition=models.Q(('name__regex', '\\S'), models.Q(('name__regex', '[\\x01-\\x1f\\x7f\\u2028\\u2029]'), _negated=True)), name='saved_view_has_a_name')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='bc0427c0ea38e3c268cfe9724c5ece35fee2adf7', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_1e499', table='saved_views_savedview', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."owner_id", OLD."page", OLD."within", OLD."name", OLD."query", OLD."is_shared", OLD."removed_at") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."owner_id", NEW."page", NEW."within", NEW."name", NEW."query", NEW."is_shared", NEW."removed_at"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='a2d975af59abf7df5ed6633d669cbffcbaff9a4a', operation='UPDATE', pgid='pgtrigger_audit_changes_6fec2', table='saved_views_savedview', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='ViewMailing',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('often', models.CharField(choices=[('never', 'Only when asked'), ('daily', 'Every morning'), ('weekly', 'Every Monday morning'), ('monthly', 'On the first morning of each month')], max_length=10, verbose_name='by email')),
                ('mailed_on', models.DateField()),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('view', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='mailings', to='saved_views.savedview')),
            ],
            options={
                'indexes': [models.Index(fields=['institution', 'often', 'mailed_on'], name='view_mailing_due'), models.Index(fields=['user', 'institution'], name='view_mailing_by_person')],
                'ordering': ['id'],
                'constraints': [muster.core.constraints.SameOwner(field='view', name='view_mailing_view_of_same_institution', owner='institution', to='saved_views.SavedView', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('view', 'user'), name='one_mailing_of_a_view_for_each_person'), models.CheckConstraint(condition=models.Q(('often__in', ['daily', 'weekly', 'monthly'])), name='view_mailing_has_its_mornings')],
            },
        ),
    ]
