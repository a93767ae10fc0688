import django.db.models.functions.text
import muster.core.ids
import muster.core.triggers
import pgtrigger.compiler
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('full_name', models.CharField(max_length=150, verbose_name='full name')),
                ('email', models.EmailField(max_length=254, verbose_name='email')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('is_superuser', models.BooleanField(default=False, verbose_name='platform administrator')),
            ],
            options={
                'ordering': ['full_name', 'id'],
                'indexes': [models.Index(fields=['full_name'], name='user_by_name')],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='one_user_for_each_email', violation_error_message='Someone already uses this email.')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,password,last_login}', '')", hash='e5446c0d6e2d03dd4d4e3182fcf4b7deed91b5e1', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_bf840', table='accounts_user', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."full_name", OLD."email", OLD."phone", OLD."is_active", OLD."is_superuser") IS DISTINCT FROM (NEW."created_at", NEW."full_name", NEW."email", NEW."phone", NEW."is_active", NEW."is_superuser"))', execute="muster_audit('{id,updated_at,version,password,last_login}', '')", hash='707389ee2d8c165638f705c161bc08c28bff6867', operation='UPDATE', pgid='pgtrigger_audit_changes_b73d5', table='accounts_user', when='AFTER'))],
            },
        ),
    ]
