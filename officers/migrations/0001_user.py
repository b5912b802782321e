"""The user, and the machine users that act where no officer does."""

import django.contrib.auth.models
import django.contrib.auth.validators
import django.utils.timezone
from django.contrib.auth.hashers import make_password
from django.db import migrations, models


MACHINES = ("system", "reporter", "partner")


def make_machines(apps, schema_editor):
    user = apps.get_model("officers", "User")
    for name in MACHINES:
        user.objects.get_or_create(username=name, defaults={"is_machine": True, "password": make_password(None)})


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('full_name', models.CharField(blank=True, default='', max_length=150, verbose_name='full name')),
                ('employment_status', models.CharField(blank=True, choices=[('asn', 'Civil servant (ASN)'), ('tni_polri', 'Armed forces or police'), ('bumn_bumd', 'Employee of a state or regional enterprise')], default='', max_length=12, verbose_name='employment status')),
                ('staff_number', models.CharField(blank=True, default='', max_length=30, verbose_name='staff number')),
                ('language', models.CharField(default='id', max_length=5, verbose_name='language')),
                ('is_machine', models.BooleanField(default=False, editable=False)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'abstract': False,
                'constraints': [models.UniqueConstraint(condition=models.Q(('staff_number', ''), _negated=True), fields=('employment_status', 'staff_number'), name='user_staff_number')],
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.RunPython(make_machines, migrations.RunPython.noop),
    ]
