import django.db.models.deletion
import django.db.models.functions.text
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
                ('given_name', models.CharField(blank=True, max_length=150, verbose_name='given name')),
                ('family_name', models.CharField(blank=True, max_length=150, verbose_name='family name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email')),
                ('photo', models.FileField(blank=True, editable=False, upload_to='photos/', verbose_name='photo')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('is_superuser', models.BooleanField(default=False, verbose_name='platform administrator')),
                ('home', models.UUIDField(editable=False, null=True)),
                ('signs_in', models.BooleanField(default=True, editable=False)),
                ('accepted_at', models.DateTimeField(editable=False, null=True, verbose_name='accepted')),
                ('sign_in_round', models.PositiveIntegerField(default=0, editable=False)),
                ('starts_in', models.UUIDField(editable=False, null=True)),
                ('account', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='others', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['full_name__plain', 'id'],
                'indexes': [models.Index(models.F('full_name__plain'), name='user_by_name')],
                'constraints': [models.CheckConstraint(condition=models.Q(('full_name__regex', '\\S'), models.Q(('full_name__regex', '[\\x01-\\x1f\\x7f\\u2028\\u2029]'), _negated=True)), name='name_of_a_person_is_one_line'), models.UniqueConstraint(django.db.models.functions.text.Lower('email'), condition=models.Q(('signs_in', True)), name='one_sign_in_for_each_email'), models.UniqueConstraint(models.F('home'), django.db.models.functions.text.Lower('email'), condition=models.Q(('email', ''), _negated=True), name='one_person_for_each_email', violation_error_message='Someone already uses this email.'), models.UniqueConstraint(fields=('home', 'id'), name='person_of_home'), models.CheckConstraint(condition=models.Q(models.Q(('email', ''), _negated=True), ('signs_in', False), _connector='OR'), name='who_signs_in_has_an_email'), models.CheckConstraint(condition=models.Q(('account__isnull', True), ('signs_in', False), _connector='OR'), name='who_has_an_account_signs_in_by_it')],
                'triggers': [pgtrigger.compiler.Trigger(name='sign_ins_end_with_the_account', sql=muster.core.triggers.TriggerSql(condition='WHEN ((OLD.is_active AND NOT NEW.is_active) OR (OLD.is_superuser AND NOT NEW.is_superuser))', func='NEW.sign_in_round := OLD.sign_in_round + 1; RETURN NEW;', hash='2515dc5f64094b8215ea19c7255dcca73de98d5f', operation='UPDATE', pgid='pgtrigger_sign_ins_end_with_the_account_2a806', table='accounts_user', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,password,last_login,home,account_id,signs_in,sign_in_round,starts_in}', 'home')", hash='b3bfd0de34608043444c41153e062f3ef171d7fc', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_bf840', table='accounts_user', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."full_name", OLD."given_name", OLD."family_name", OLD."email", OLD."photo", OLD."phone", OLD."is_active", OLD."is_superuser", OLD."accepted_at") IS DISTINCT FROM (NEW."created_at", NEW."full_name", NEW."given_name", NEW."family_name", NEW."email", NEW."photo", NEW."phone", NEW."is_active", NEW."is_superuser", NEW."accepted_at"))', execute="muster_audit('{id,updated_at,version,password,last_login,home,account_id,signs_in,sign_in_round,starts_in}', 'home')", hash='3e3f73a013beab64c8311224cb922390f1d97598', operation='UPDATE', pgid='pgtrigger_audit_changes_b73d5', table='accounts_user', when='AFTER'))],
            },
        ),
        muster.core.sql.InstallFunctions(
            app='accounts',
        ),
    ]
