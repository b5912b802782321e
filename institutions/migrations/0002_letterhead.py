"""Letterheads in versions, and the counters of their number series."""

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('institutions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LetterCounter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('last', models.PositiveIntegerField()),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('institution', 'year'), name='lettercounter_one_per_year')],
            },
        ),
        migrations.CreateModel(
            name='Letterhead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField(editable=False)),
                ('lines', models.TextField(help_text='One to three lines; the last one is printed largest.', max_length=240, verbose_name='name lines')),
                ('address', models.TextField(blank=True, help_text='Up to three lines: street, telephone, e-mail and website of the office.', max_length=300, verbose_name='address lines')),
                ('city', models.CharField(blank=True, max_length=60, verbose_name='place of the date line')),
                ('code', models.CharField(max_length=24, validators=[django.core.validators.RegexValidator('^[A-Za-z0-9][A-Za-z0-9.\\-]*$', 'Letters, digits, full stops and hyphens only.')], verbose_name='code in the number')),
                ('pattern', models.CharField(default='{urut}/{kode}/LAPOR/{bulan_romawi}/{tahun}', help_text='Placeholders: {urut} or {urut4} (0012), {kode}, {bulan} or {bulan_romawi}, {tahun}.', max_length=80, verbose_name='pattern of the number')),
                ('signer_position', models.CharField(blank=True, max_length=120, verbose_name='position of whoever signs')),
                ('signer_name', models.CharField(blank=True, max_length=120, verbose_name='name of whoever signs')),
                ('signer_number', models.CharField(blank=True, max_length=30, verbose_name='staff number (NIP) of whoever signs')),
                ('logo', models.BinaryField(blank=True, default=b'', verbose_name='logo')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letterheads', to='institutions.institution', verbose_name='institution')),
            ],
            options={
                'verbose_name': 'letterhead',
                'verbose_name_plural': 'letterheads',
                'constraints': [models.UniqueConstraint(fields=('institution', 'version'), name='letterhead_one_per_version')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='letterhead',
            trigger=pgtrigger.compiler.Trigger(name='letterhead_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='89a6e0b7e4cacbc486c21337a888500a8d285625', operation='UPDATE OR DELETE', pgid='pgtrigger_letterhead_append_only_0dd5c', table='institutions_letterhead', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='letterhead',
            trigger=pgtrigger.compiler.Trigger(name='letterhead_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;", hash='9e4fbb9d262b9919350d473c3f4537ad63e103dd', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_letterhead_no_truncate_0e2f3', table='institutions_letterhead', when='BEFORE')),
        ),
    ]
