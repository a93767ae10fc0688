import django.db.models.deletion
import muster.core.constraints
import muster.core.ids
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
            name='Notification',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(max_length=60, verbose_name='kind')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('url', models.CharField(blank=True, max_length=300, verbose_name='address')),
                ('about', models.UUIDField(editable=False, null=True)),
                ('in_app', models.BooleanField(default=True, verbose_name='shown in Muster')),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='read')),
                ('mail_status', models.CharField(choices=[('none', 'not by email'), ('waiting', 'waiting to be sent'), ('sent', 'sent'), ('failed', 'failed')], default='none', max_length=10, verbose_name='mail')),
                ('mail_attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts to send the mail')),
                ('mail_tried_at', models.DateTimeField(blank=True, null=True, verbose_name='last attempt')),
                ('mail_error', models.TextField(blank=True, verbose_name='last error')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('in_app', True)), fields=['institution', 'user', '-id'], name='notification_inbox'), models.Index(condition=models.Q(('in_app', True), ('read_at__isnull', True)), fields=['institution', 'user'], name='notification_unread'), models.Index(condition=models.Q(('mail_status__in', ['waiting', 'failed'])), fields=['institution', 'mail_status'], name='notification_mail_open')],
                'constraints': [muster.core.constraints.SameOwner(field='user', name='notification_user_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.CheckConstraint(condition=models.Q(('mail_status__in', ['none', 'waiting', 'sent', 'failed'])), name='notification_mail_is_known')],
            },
        ),
        migrations.CreateModel(
            name='NotificationChoice',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(max_length=60, verbose_name='kind')),
                ('in_app', models.BooleanField(verbose_name='in Muster')),
                ('mail', models.BooleanField(verbose_name='by email')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [muster.core.constraints.SameOwner(field='user', name='notification_choice_user_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.UniqueConstraint(fields=('institution', 'user', 'kind'), name='one_notification_choice_for_each_kind')],
            },
        ),
    ]
