"""Complaints with their history, texts and clocks; the text search; and the vault in a schema of its own."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import datetime
import uuid
from pathlib import Path
from django.conf import settings
from django.db import migrations, models


STOP_WORDS = Path(__file__).resolve().parents[2] / "fixtures" / "stop_words.txt"

# Inlined as lexemes, because a stop-word file in the server's own folder is impossible on somebody else's server.
# Titles and bodies are cut: a tsvector holds at most 1 MB.
SEARCH = '''
CREATE FUNCTION lapor_search_vector(title text, body text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $lapor$
    SELECT ts_delete(
        setweight(to_tsvector('indonesian'::regconfig, left(title, 1000)), 'A') || to_tsvector('indonesian'::regconfig, left(body, 100000)),
        %(stop)s::text[])
$lapor$;
-- Every word must be there, but for those that say nothing.
CREATE FUNCTION lapor_search_query(words text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $lapor$
    SELECT string_agg(quote_literal(lexeme), ' & ')::tsquery
    FROM unnest(ts_delete(to_tsvector('indonesian'::regconfig, left(words, 1000)), %(stop)s::text[]))
$lapor$
'''

# The role is made once per cluster (deploy/roles.sql): the application's login is a member of it without inheriting from it.
VAULT = '''
SET LOCAL ROLE lapor_vault;
CREATE TABLE vault.identity (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    complaint_id uuid NOT NULL,
    key_id varchar(16) NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX identity_complaint ON vault.identity (complaint_id);
GRANT USAGE ON SCHEMA vault TO SESSION_USER;
GRANT INSERT ON vault.identity TO SESSION_USER;
RESET ROLE;
'''


def make_search(apps, schema_editor):
    words = STOP_WORDS.read_text(encoding="utf-8")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(to_tsvector('indonesian', %s))", [words])
        lexemes = [word for word in cursor.fetchone()[0] if word.isalnum()]
        cursor.execute(SEARCH % {"stop": "ARRAY[" + ",".join(f"'{word}'" for word in lexemes) + "]"})


def make_vault(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = 'lapor_vault'")
        if not cursor.fetchone()[0]:
            raise RuntimeError("The role lapor_vault is missing: run deploy/roles.sql once as the owner of the PostgreSQL cluster.")
        cursor.execute("CREATE SCHEMA vault AUTHORIZATION lapor_vault")
        cursor.execute(VAULT)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('institutions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(make_search, migrations.RunPython.noop),
        migrations.CreateModel(
            name='Complaint',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('tracking_id', models.CharField(max_length=16, unique=True)),
                ('code_salt', models.BinaryField(max_length=16)),
                ('code_hash', models.BinaryField(max_length=32)),
                ('version', models.PositiveIntegerField(default=1)),
                ('seq', models.PositiveIntegerField(default=0)),
                ('head', models.CharField(blank=True, default='', max_length=64)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('awaiting_verification', 'Awaiting verification'), ('awaiting_completion', 'Awaiting completion'), ('awaiting_followup', 'Awaiting follow-up'), ('in_progress', 'In progress'), ('awaiting_reporter', 'Awaiting the reporter'), ('reporter_replied', 'Reporter replied'), ('closed', 'Closed'), ('archived', 'Archived')], max_length=24)),
                ('track', models.CharField(choices=[('non_oversight', 'Not oversight-type'), ('oversight', 'Oversight-type')], default='non_oversight', max_length=16)),
                ('is_track_set', models.BooleanField(default=False)),
                ('classification', models.CharField(choices=[('complaint', 'Complaint'), ('aspiration', 'Aspiration'), ('information_request', 'Information request')], max_length=24)),
                ('is_anonymous', models.BooleanField(default=False)),
                ('is_secret', models.BooleanField(default=False)),
                ('is_urgent', models.BooleanField(default=False)),
                ('is_incomplete', models.BooleanField(default=False)),
                ('contact_allowed', models.BooleanField(default=False)),
                ('has_contact', models.BooleanField(default=False)),
                ('title', models.CharField(max_length=150)),
                ('body', models.TextField()),
                ('title_original', models.CharField(max_length=150)),
                ('body_original', models.TextField()),
                ('title_public', models.CharField(blank=True, default='', max_length=200)),
                ('body_public', models.TextField(blank=True, default='')),
                ('search', models.GeneratedField(db_persist=True, expression=models.Func(models.F('title'), models.F('body'), function='lapor_search_vector', output_field=django.contrib.postgres.search.SearchVectorField()), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('search_public', models.GeneratedField(db_persist=True, expression=models.Func(models.F('title_public'), models.F('body_public'), function='lapor_search_vector', output_field=django.contrib.postgres.search.SearchVectorField()), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('incident_date', models.DateField(blank=True, null=True)),
                ('incident_place', models.CharField(blank=True, default='', max_length=200)),
                ('requested_outcome', models.TextField(blank=True, default='')),
                ('loss', models.TextField(blank=True, default='')),
                ('reported_party', models.TextField(blank=True, default='')),
                ('channel', models.CharField(choices=[('web', 'Website'), ('subdomain', "Institution's page"), ('android', 'Android'), ('ios', 'iOS'), ('sms', 'SMS'), ('whatsapp', 'WhatsApp'), ('twitter', 'X'), ('line', 'Line'), ('telegram', 'Telegram'), ('facebook', 'Facebook'), ('email', 'E-mail'), ('phone', 'Telephone'), ('walk_in', 'Counter'), ('letter', 'Letter'), ('partner', 'Partner application'), ('api', 'API')], default='web', max_length=12)),
                ('was_direct', models.BooleanField(default=False)),
                ('external_ref', models.CharField(blank=True, default='', max_length=64)),
                ('language', models.CharField(default='id', max_length=5)),
                ('consent_version', models.CharField(max_length=16)),
                ('submitted_at', models.DateTimeField()),
                ('last_input_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('complete_at', models.DateTimeField(blank=True, null=True)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('moved_at', models.DateTimeField()),
                ('next_due_at', models.DateTimeField(default=datetime.datetime(9999, 12, 31, 0, 0, tzinfo=datetime.UTC))),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('closure_kind', models.CharField(blank=True, choices=[('reporter_confirmed', 'Confirmed by the reporter'), ('auto_no_reply', 'Closed after no reply'), ('decision', 'Closed by decision'), ('merged', 'Merged'), ('withdrawn', 'Withdrawn'), ('handed_over', 'Handed over')], default='', max_length=20)),
                ('archive_reason', models.CharField(blank=True, choices=[('unintelligible', 'Unintelligible'), ('too_general', 'Too general'), ('format_error', 'Format error'), ('not_public_service', 'Not about a public service'), ('spam_or_abuse', 'Spam or abuse'), ('advertisement', 'Advertisement'), ('test_message', 'Test message'), ('hate_content', 'Hateful content'), ('not_completed', 'Not completed in time'), ('sub_judice', 'Before a court'), ('already_decided', 'Already decided')], default='', max_length=20)),
                ('outcome', models.CharField(blank=True, choices=[('solved', 'Solved'), ('partly', 'Partly solved'), ('cannot_lawfully', 'Cannot lawfully be granted'), ('not_proven', 'Not proven'), ('outside_remit', 'Outside the remit'), ('withdrawn', 'Withdrawn')], default='', max_length=16)),
                ('finding', models.CharField(blank=True, choices=[('proven', 'Proven'), ('partly', 'Partly proven'), ('not_proven', 'Not proven'), ('transferred', 'Transferred to law enforcement')], default='', max_length=12)),
                ('decision_number', models.CharField(blank=True, default='', max_length=80)),
                ('decision_on', models.DateField(blank=True, null=True)),
                ('handed_over_to', models.CharField(blank=True, choices=[('ppid', 'Public-information officer (PPID)'), ('law_enforcement', 'Law enforcement'), ('court', 'Court'), ('other', 'Another body')], default='', max_length=20)),
                ('handed_over_ref', models.CharField(blank=True, default='', max_length=120)),
                ('estimated_on', models.DateField(blank=True, null=True)),
                ('has_initial_response', models.BooleanField(default=False)),
                ('answer_count', models.PositiveSmallIntegerField(default=0)),
                ('pend_count', models.PositiveSmallIntegerField(default=0)),
                ('return_count', models.PositiveSmallIntegerField(default=0)),
                ('reopened_count', models.PositiveSmallIntegerField(default=0)),
                ('restored_count', models.PositiveSmallIntegerField(default=0)),
                ('rating', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('rated_at', models.DateTimeField(blank=True, null=True)),
                ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('contested_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry_door', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('incident_region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.region')),
                ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='complaints.complaint')),
                ('origin_region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.region')),
                ('reported_institution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('reported_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('target_institution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('topic', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.topic')),
            ],
            options={
                'verbose_name': 'report',
                'verbose_name_plural': 'reports',
            },
        ),
        migrations.CreateModel(
            name='Replay',
            fields=[
                ('key_hash', models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ('request_hash', models.BinaryField(max_length=32)),
                ('sealed', models.BinaryField()),
                ('created_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='Clock',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=32)),
                ('zone', models.CharField(max_length=32)),
                ('calendar_version', models.CharField(max_length=64)),
                ('is_provisional', models.BooleanField(default=False)),
                ('started_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('stopped_at', models.DateTimeField(null=True)),
                ('state', models.CharField(default='running', max_length=8)),
                ('outcome', models.CharField(blank=True, default='', max_length=8)),
                ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.slapolicy')),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clocks', to='complaints.complaint')),
            ],
        ),
        migrations.CreateModel(
            name='Gedsi',
            fields=[
                ('complaint', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='complaints.complaint')),
                ('needs_assistance', models.CharField(blank=True, choices=[('', 'None'), ('interpreter', 'Sign-language interpreter'), ('large_print', 'Large print'), ('call_back', 'Call me back'), ('other', 'Other help')], default='', max_length=12)),
                ('gender', models.CharField(blank=True, choices=[('female', 'Woman'), ('male', 'Man'), ('other', 'Other')], default='', max_length=8)),
                ('disability', models.CharField(blank=True, choices=[('none', 'No disability'), ('physical', 'Physical'), ('sensory', 'Seeing or hearing'), ('intellectual', 'Intellectual'), ('mental', 'Mental'), ('multiple', 'More than one')], default='', max_length=12)),
                ('age_band', models.CharField(blank=True, choices=[('under_18', 'Under 18'), ('18_29', '18-29'), ('30_44', '30-44'), ('45_59', '45-59'), ('60_plus', '60 and older')], default='', max_length=8)),
            ],
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('what', models.CharField(max_length=24)),
                ('reason', models.CharField(max_length=200)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.complaint')),
            ],
        ),
        migrations.CreateModel(
            name='Transition',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('seq', models.PositiveIntegerField()),
                ('kind', models.CharField(max_length=24)),
                ('at', models.DateTimeField()),
                ('as_role', models.CharField(blank=True, default='', max_length=24)),
                ('state_before', models.CharField(blank=True, default='', max_length=24)),
                ('state_after', models.CharField(max_length=24)),
                ('track', models.CharField(max_length=16)),
                ('reason', models.CharField(blank=True, default='', max_length=24)),
                ('data', models.JSONField(default=dict)),
                ('commitment', models.CharField(blank=True, default='', max_length=64)),
                ('prev', models.CharField(blank=True, default='', max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transitions', to='complaints.complaint')),
                ('holder_after', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('holder_before', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ('seq',),
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('initial', 'Initial response'), ('progress', 'Progress note'), ('final', 'Final follow-up'), ('reply', "Reporter's reply"), ('note', 'Internal note'), ('reason', 'Reason'), ('completion', 'Completion'), ('rating', 'Comment on the rating')], max_length=12)),
                ('text', models.TextField()),
                ('text_public', models.TextField(blank=True, default='')),
                ('details', models.JSONField(default=dict)),
                ('salt', models.BinaryField(max_length=16)),
                ('is_erased', models.BooleanField(default=False)),
                ('complaint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='complaints.complaint')),
                ('institution', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('transition', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='entry', to='complaints.transition')),
            ],
        ),
        migrations.CreateModel(
            name='ClockEvent',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=12)),
                ('reason', models.CharField(max_length=24)),
                ('at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('clock', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='complaints.clock')),
                ('transition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='complaints.transition')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(fields=['holder', 'state', 'submitted_at', 'id'], name='complaint_queue'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(condition=models.Q(('is_secret', False), ('lead__isnull', True), ('published_at__isnull', False), ('track', 'non_oversight'), models.Q(('state', 'archived'), _negated=True), models.Q(('closure_kind', 'merged'), _negated=True)), fields=['-published_at', 'id'], name='complaint_public'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(condition=models.Q(('is_secret', False), ('lead__isnull', True), ('published_at__isnull', False), ('track', 'non_oversight'), models.Q(('state', 'archived'), _negated=True), models.Q(('closure_kind', 'merged'), _negated=True)), fields=['incident_region', '-published_at'], name='complaint_place'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(condition=models.Q(('external_ref', ''), _negated=True), fields=['external_ref'], name='complaint_external_ref'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(condition=models.Q(('lead__isnull', False)), fields=['lead'], name='complaint_lead'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(condition=models.Q(('assignee__isnull', False)), fields=['assignee'], name='complaint_assignee'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search'], name='complaint_search'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search_public'], name='complaint_search_public'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'awaiting_verification', 'awaiting_completion', 'awaiting_followup', 'in_progress', 'awaiting_reporter', 'reporter_replied', 'closed', 'archived'])), name='complaint_state_known'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'closed'), ('closure_kind', ''), _connector='XOR'), name='complaint_closed_has_kind'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'archived'), ('archive_reason', ''), _connector='XOR'), name='complaint_archived_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', False), ('state__in', ['archived', 'closed'])), models.Q(models.Q(('state__in', ['archived', 'closed']), _negated=True), ('ended_at__isnull', True)), _connector='OR'), name='complaint_ended_at'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('track', 'oversight'), _negated=True), ('is_secret', True), _connector='OR'), name='complaint_oversight_is_secret'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('accepted_at__isnull', True), ('complete_at__isnull', False), _connector='OR'), name='complaint_complete_when_accepted'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('published_at__isnull', True), ('accepted_at__isnull', False), _connector='OR'), name='complaint_published_when_accepted'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('lead__isnull', True), ('published_at__isnull', True), _connector='OR'), name='complaint_child_not_published'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('rating__isnull', True), ('rating__range', (1, 5)), _connector='OR'), name='complaint_rating_1_to_5'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('lead', models.F('id')), _negated=True), name='complaint_not_own_lead'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='complaint_version_positive'),
        ),
        migrations.AddConstraint(
            model_name='complaint',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('title', ''), _negated=True), models.Q(('body', ''), _negated=True)), name='complaint_has_text'),
        ),
        migrations.AddIndex(
            model_name='clock',
            index=models.Index(condition=models.Q(('state', 'running')), fields=['key', 'due_at'], name='clock_due'),
        ),
        migrations.AddIndex(
            model_name='clock',
            index=models.Index(condition=models.Q(('state', 'running')), fields=['complaint', 'due_at'], name='clock_next'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.CheckConstraint(condition=models.Q(('due_at__gte', models.F('started_at'))), name='clock_due_after_start'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('running', 'paused', 'stopped', 'void'))), name='clock_state_known'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'running'), _negated=True), models.Q(('outcome', ''), ('stopped_at__isnull', True)), _connector='OR'), name='clock_running_has_no_outcome'),
        ),
        migrations.AddConstraint(
            model_name='clock',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('running', 'paused'))), fields=('complaint', 'key'), name='clock_one_alive_per_key'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reading',
            trigger=pgtrigger.compiler.Trigger(name='reading_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='de814d979832c01eb9cd156bf0dae5184f78386b', operation='UPDATE OR DELETE', pgid='pgtrigger_reading_append_only_11450', table='complaints_reading', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reading',
            trigger=pgtrigger.compiler.Trigger(name='reading_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;", hash='412d42db12243a6e3503bc5bae1d1514f1cefcc3', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_reading_no_truncate_7df11', table='complaints_reading', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='transition',
            index=models.Index(fields=['at'], name='transition_at'),
        ),
        migrations.AddIndex(
            model_name='transition',
            index=models.Index(fields=['holder_after', 'at'], name='transition_holder'),
        ),
        migrations.AddConstraint(
            model_name='transition',
            constraint=models.UniqueConstraint(fields=('complaint', 'seq'), name='transition_one_per_seq'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='transition',
            trigger=pgtrigger.compiler.Trigger(name='transition_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2c981732e9fb6b32b113463a7b7ad7545dd0273e', operation='UPDATE OR DELETE', pgid='pgtrigger_transition_append_only_5ff90', table='complaints_transition', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='transition',
            trigger=pgtrigger.compiler.Trigger(name='transition_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;", hash='898cf3d81584f6dffc7b89cbf110fda5c65582c3', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_transition_no_truncate_7b59d', table='complaints_transition', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['complaint', 'kind'], name='entry_complaint_kind'),
        ),
        migrations.AddConstraint(
            model_name='clockevent',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('start', 'pause', 'resume', 'stop', 'void', 'recompute'))), name='clock_event_kind'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='clockevent',
            trigger=pgtrigger.compiler.Trigger(name='clock_event_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='fc0a5b72f13403e8c751cd90c5bcdd26e91608bf', operation='UPDATE OR DELETE', pgid='pgtrigger_clock_event_append_only_58eac', table='complaints_clockevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='clockevent',
            trigger=pgtrigger.compiler.Trigger(name='clock_event_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;", hash='e67b0a06beded19ed997c7e49d75840bce0f56bc', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_clock_event_no_truncate_ad374', table='complaints_clockevent', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(condition=models.Q(('state__in', ['awaiting_completion', 'awaiting_followup', 'awaiting_reporter', 'awaiting_verification', 'in_progress', 'reporter_replied'])), fields=['-is_urgent', 'next_due_at', 'id'], name='complaint_due'),
        ),
        migrations.AddIndex(
            model_name='complaint',
            index=models.Index(condition=models.Q(('state__in', ['awaiting_completion', 'awaiting_followup', 'awaiting_reporter', 'awaiting_verification', 'in_progress', 'reporter_replied'])), fields=['holder', '-is_urgent', 'next_due_at', 'id'], name='complaint_holder_due'),
        ),
        migrations.RunPython(make_vault, migrations.RunPython.noop),
    ]
