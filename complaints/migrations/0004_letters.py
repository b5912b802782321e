"""Letters with their numbers and digests, and an index over the answers that need one."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0003_working_day'),
        ('institutions', '0002_letterhead'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('answer', 'Answer letter')], max_length=12)),
                ('year', models.PositiveSmallIntegerField()),
                ('serial', models.PositiveIntegerField()),
                ('number', models.CharField(max_length=120)),
                ('code', models.CharField(max_length=20, unique=True)),
                ('facts', models.JSONField(default=dict)),
                ('content_hash', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='LetterCopy',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('sha256', models.CharField(max_length=64)),
                ('name', models.CharField(blank=True, default='', max_length=120)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.AddIndex(
            model_name='transition',
            index=models.Index(condition=models.Q(('kind', 'answer')), fields=['at'], name='transition_answers'),
        ),
        migrations.CreateModel(
            name='LetterJob',
            fields=[
                ('letter', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='job', serialize=False, to='complaints.letter')),
                ('next_try_at', models.DateTimeField(db_index=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name='letter',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='letter',
            name='complaint',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='complaints.complaint'),
        ),
        migrations.AddField(
            model_name='letter',
            name='institution',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution'),
        ),
        migrations.AddField(
            model_name='letter',
            name='letterhead',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.letterhead'),
        ),
        migrations.AddField(
            model_name='letter',
            name='transition',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='letter', to='complaints.transition'),
        ),
        migrations.AddField(
            model_name='lettercopy',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='lettercopy',
            name='letter',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='complaints.letter'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.UniqueConstraint(fields=('institution', 'year', 'serial'), name='letter_one_per_serial'),
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.UniqueConstraint(fields=('institution', 'number'), name='letter_one_per_number'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='letter',
            trigger=pgtrigger.compiler.Trigger(name='letter_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='31dc49f9c390268a717a8a826152650ba481a28a', operation='UPDATE OR DELETE', pgid='pgtrigger_letter_append_only_2f654', table='complaints_letter', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='letter',
            trigger=pgtrigger.compiler.Trigger(name='letter_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;", hash='225c0d8f8e636bb277420674cf7d482bde9b62e6', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_letter_no_truncate_899bf', table='complaints_letter', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='lettercopy',
            index=models.Index(fields=['letter', 'sha256'], name='lettercopy_digest'),
        ),
        migrations.AddConstraint(
            model_name='lettercopy',
            constraint=models.UniqueConstraint(condition=models.Q(('name', ''), _negated=True), fields=('letter',), name='lettercopy_one_kept'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lettercopy',
            trigger=pgtrigger.compiler.Trigger(name='letter_copy_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0a875bd597019bd2616ee4ca00bd63f29d0edebb', operation='UPDATE OR DELETE', pgid='pgtrigger_letter_copy_append_only_7dc82', table='complaints_lettercopy', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='lettercopy',
            trigger=pgtrigger.compiler.Trigger(name='letter_copy_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;", hash='4124ee0e59d9f62ca076692bf268c859410b2d66', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_letter_copy_no_truncate_86be4', table='complaints_lettercopy', when='BEFORE')),
        ),
    ]
