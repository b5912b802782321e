"""Banners on top of every page, and the read-only switch."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('institutions', '0002_letterhead'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SiteBanner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text_id', models.CharField(help_text='What readers need to know, in one or two sentences.', max_length=400, verbose_name='text in Indonesian')),
                ('text_en', models.CharField(max_length=400, verbose_name='text in English')),
                ('level', models.CharField(choices=[('info', 'Information'), ('warning', 'Warning')], default='info', max_length=10, verbose_name='level')),
                ('audience', models.CharField(choices=[('public', "Citizens' pages"), ('staff', "Officers' pages"), ('both', 'All pages')], default='both', max_length=10, verbose_name='shown on')),
                ('since', models.DateTimeField(verbose_name='shown from')),
                ('until', models.DateTimeField(blank=True, help_text='Empty: until somebody takes it down.', null=True, verbose_name='shown until')),
            ],
            options={
                'verbose_name': 'site banner',
                'verbose_name_plural': 'site banners',
                'constraints': [models.CheckConstraint(condition=models.Q(('until', None), ('until__gt', models.F('since')), _connector='OR'), name='sitebanner_ends_after_start', violation_error_message='The end must be after the beginning.')],
            },
        ),
        migrations.CreateModel(
            name='ReadOnlySwitch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_on', models.BooleanField()),
                ('reason', models.CharField(blank=True, max_length=400)),
                ('until', models.DateTimeField(null=True)),
                ('ticket', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('is_on', False), models.Q(('reason', ''), _negated=True), _connector='OR'), name='readonlyswitch_on_has_reason')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='readonlyswitch',
            trigger=pgtrigger.compiler.Trigger(name='readonlyswitch_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9b74358ab80cff893a1f3c1e02f0c84104b0c391', operation='UPDATE OR DELETE', pgid='pgtrigger_readonlyswitch_append_only_89fa1', table='institutions_readonlyswitch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='readonlyswitch',
            trigger=pgtrigger.compiler.Trigger(name='readonlyswitch_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;", hash='75f8e5e8e672f9f38282f422835d3c534382610b', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_readonlyswitch_no_truncate_4a387', table='institutions_readonlyswitch', when='BEFORE')),
        ),
    ]
