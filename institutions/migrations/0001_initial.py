"""The tables of the package; pg_trgm serves the searches, btree_gist the periods that must not overlap."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.core.serializers.json
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TrigramExtension(),
        BtreeGistExtension(),
        migrations.CreateModel(
            name='CalendarYear',
            fields=[
                ('year', models.PositiveSmallIntegerField(primary_key=True, serialize=False, verbose_name='year')),
                ('status', models.CharField(choices=[('confirmed', 'Confirmed'), ('provisional', 'Provisional')], default='provisional', max_length=11, verbose_name='status')),
                ('decree', models.CharField(blank=True, max_length=200, verbose_name='decree')),
                ('version', models.PositiveSmallIntegerField(default=1, editable=False, verbose_name='version')),
            ],
            options={
                'verbose_name': 'calendar year',
                'verbose_name_plural': 'calendar years',
                'ordering': ['year'],
            },
        ),
        migrations.CreateModel(
            name='LegalBasis',
            fields=[
                ('code', models.SlugField(max_length=40, primary_key=True, serialize=False, verbose_name='code')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('article', models.CharField(blank=True, max_length=100, verbose_name='article')),
                ('note', models.TextField(blank=True, verbose_name='note')),
            ],
            options={
                'verbose_name': 'legal basis',
                'verbose_name_plural': 'legal bases',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Institution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='short address')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('short_name', models.CharField(blank=True, max_length=60, verbose_name='short name')),
                ('kind', models.CharField(choices=[('national', 'National desk'), ('coordinating_ministry', 'Coordinating ministry'), ('ministry', 'Ministry'), ('agency', 'Agency'), ('province', 'Province'), ('regency', 'Regency'), ('city', 'City'), ('state_enterprise', 'State enterprise'), ('regional_enterprise', 'Regional enterprise'), ('university', 'University'), ('mission', 'Mission abroad'), ('ombudsman', 'Ombudsman'), ('unit', 'Unit')], max_length=24, verbose_name='kind')),
                ('tier', models.CharField(choices=[('macro', 'Macro'), ('meso', 'Meso'), ('micro', 'Micro')], default='micro', max_length=5, verbose_name='tier')),
                ('path', models.CharField(editable=False, max_length=200, unique=True)),
                ('time_zone', models.CharField(choices=[('Asia/Jakarta', 'WIB'), ('Asia/Makassar', 'WITA'), ('Asia/Jayapura', 'WIT')], default='Asia/Jakarta', max_length=20, verbose_name='time zone')),
                ('sms_prefix', models.CharField(blank=True, max_length=20, null=True, unique=True, validators=[django.core.validators.RegexValidator('^[A-Z0-9]+$', 'Capital letters and digits only.')], verbose_name='SMS prefix')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('is_fictitious', models.BooleanField(default=False, verbose_name='fictitious')),
                ('valid_from', models.DateField(verbose_name='from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='until and including')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='institutions.institution', verbose_name='under')),
                ('successor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='institutions.institution', verbose_name='successor')),
            ],
            options={
                'verbose_name': 'institution',
                'verbose_name_plural': 'institutions',
                'permissions': [('see_cases', 'See the cases'), ('see_oversight', 'See oversight cases'), ('see_secret', 'See secret cases'), ('see_notes', 'See internal notes'), ('see_identity', "See the reporter's identity"), ('verify', 'Verify'), ('dispose', 'Dispose'), ('respond', 'Respond'), ('close', 'Close by decision'), ('archive', 'Archive'), ('restore', 'Restore'), ('reopen', 'Reopen'), ('edit', 'Edit texts and classification'), ('assign', 'Take and assign'), ('intake', 'Enter reports for citizens'), ('handle_oversight', 'Handle oversight cases'), ('lower_track', 'Lower the track'), ('see_aggregates', 'See figures'), ('see_health', "See the system's health"), ('see_audit', 'See the audit trail'), ('custody', 'Keep identities in custody'), ('manage_officers', 'Manage officers'), ('set_policy', 'Set policies, calendar and topics'), ('refer', 'Refer to the Ombudsman'), ('oversee', 'Oversee as Ombudsman')],
            },
        ),
        migrations.CreateModel(
            name='HubMembership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('region', 'Regional hub'), ('sector', 'Sector hub')], max_length=6, verbose_name='kind')),
                ('valid_from', models.DateField(verbose_name='from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='until and including')),
                ('hub', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships_as_hub', to='institutions.institution', verbose_name='hub')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='institutions.institution', verbose_name='member')),
            ],
            options={
                'verbose_name': 'hub membership',
                'verbose_name_plural': 'hub memberships',
            },
        ),
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField(verbose_name='date')),
                ('kind', models.CharField(choices=[('national_holiday', 'National holiday'), ('joint_leave', 'Joint leave'), ('institution', 'Day of an institution')], max_length=16, verbose_name='kind')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('decree', models.CharField(blank=True, max_length=200, verbose_name='decree')),
                ('institution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calendar_days', to='institutions.institution', verbose_name='institution')),
            ],
            options={
                'verbose_name': 'calendar day',
                'verbose_name_plural': 'calendar days',
                'ordering': ['date'],
            },
        ),
        migrations.CreateModel(
            name='Limit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40, verbose_name='key')),
                ('stricter', models.CharField(choices=[('lower', 'Lower values only'), ('higher', 'Higher values only'), ('fixed', 'No value of its own')], default='fixed', max_length=6, verbose_name='own values of institutions')),
                ('valid_from', models.DateField(verbose_name='from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='until and including')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('value', models.PositiveIntegerField(verbose_name='value')),
                ('unit', models.CharField(max_length=40, verbose_name='unit')),
                ('institution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_overrides', to='institutions.institution', verbose_name='institution')),
                ('legal_basis', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_rows', to='institutions.legalbasis', verbose_name='legal basis')),
            ],
            options={
                'verbose_name': 'limit',
                'verbose_name_plural': 'limits',
                'ordering': ['key', '-valid_from'],
            },
        ),
        migrations.CreateModel(
            name='Region',
            fields=[
                ('code', models.CharField(max_length=13, primary_key=True, serialize=False, verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('level', models.CharField(choices=[('province', 'Province'), ('regency', 'Regency or city'), ('district', 'District'), ('village', 'Village')], max_length=8, verbose_name='level')),
                ('label', models.CharField(max_length=300, verbose_name='name with its parents')),
                ('postal_code', models.CharField(blank=True, db_index=True, max_length=5, verbose_name='postal code')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='institutions.region', verbose_name='part of')),
            ],
            options={
                'verbose_name': 'region',
                'verbose_name_plural': 'regions',
                'ordering': ['code'],
            },
        ),
        migrations.AddField(
            model_name='institution',
            name='region',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='institutions', to='institutions.region', verbose_name='region'),
        ),
        migrations.CreateModel(
            name='SlaPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40, verbose_name='key')),
                ('stricter', models.CharField(choices=[('lower', 'Lower values only'), ('higher', 'Higher values only'), ('fixed', 'No value of its own')], default='fixed', max_length=6, verbose_name='own values of institutions')),
                ('valid_from', models.DateField(verbose_name='from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='until and including')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('unit', models.CharField(choices=[('working', 'working days'), ('calendar', 'calendar days'), ('hours', 'hours')], max_length=8, verbose_name='unit')),
                ('length', models.PositiveSmallIntegerField(verbose_name='length')),
                ('cap_length', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='cap')),
                ('cap_unit', models.CharField(blank=True, choices=[('working', 'working days'), ('calendar', 'calendar days'), ('hours', 'hours')], max_length=8, verbose_name='unit of the cap')),
                ('version', models.PositiveSmallIntegerField(default=1, editable=False, verbose_name='version')),
                ('institution', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_overrides', to='institutions.institution', verbose_name='institution')),
                ('legal_basis', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s_rows', to='institutions.legalbasis', verbose_name='legal basis')),
            ],
            options={
                'verbose_name': 'period',
                'verbose_name_plural': 'periods',
                'ordering': ['key', '-valid_from'],
            },
        ),
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('code', models.CharField(max_length=80, primary_key=True, serialize=False, verbose_name='code')),
                ('name_id', models.CharField(max_length=120, verbose_name='name in Indonesian')),
                ('name_en', models.CharField(max_length=120, verbose_name='name in English')),
                ('flag', models.CharField(blank=True, choices=[('sensitive', 'Sensitive: always secret'), ('oversight', 'Suggests the oversight track'), ('priority', 'Priority issue')], max_length=9, verbose_name='flag')),
                ('observed_share', models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True, verbose_name='observed share in percent')),
                ('valid_from', models.DateField(verbose_name='from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='until and including')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='topics', to='institutions.institution', verbose_name='owner')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='institutions.topic', verbose_name='part of')),
            ],
            options={
                'verbose_name': 'topic',
                'verbose_name_plural': 'topics',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('target_kind', models.CharField(max_length=60, verbose_name='what kind')),
                ('target_id', models.CharField(max_length=80, verbose_name='which')),
                ('what', models.CharField(max_length=40, verbose_name='what')),
                ('before', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='before')),
                ('after', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='after')),
                ('why', models.TextField(verbose_name='why')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'change',
                'verbose_name_plural': 'changes',
                'indexes': [models.Index(fields=['target_kind', 'target_id', 'at'], name='change_target')],
                'constraints': [models.CheckConstraint(condition=models.Q(('why', ''), _negated=True), name='change_has_reason')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='change',
            trigger=pgtrigger.compiler.Trigger(name='change_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ee5401195acdaa53d5c81da913a36472af4599c4', operation='UPDATE OR DELETE', pgid='pgtrigger_change_append_only_be3d8', table='institutions_change', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='change',
            trigger=pgtrigger.compiler.Trigger(name='change_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot truncate % table', TG_TABLE_NAME;", hash='df308c9c07ab874fc7c7844d37db33a132b36d8c', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_change_no_truncate_6e589', table='institutions_change', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='hubmembership',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='hubmembership_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='hubmembership',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('hub', '='), ('member', '='), ('kind', '='), (models.Func(models.F('valid_from'), models.F('valid_to'), models.Value('[]'), function='DATERANGE', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='hubmembership_one_at_a_time', violation_error_message='Another row counts on some of these days.'),
        ),
        migrations.AddConstraint(
            model_name='hubmembership',
            constraint=models.CheckConstraint(condition=models.Q(('hub', models.F('member')), _negated=True), name='hubmembership_is_between_two'),
        ),
        migrations.AddConstraint(
            model_name='calendarday',
            constraint=models.UniqueConstraint(fields=('date', 'institution'), name='calendarday_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='calendarday',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('institution__isnull', False), ('kind', 'institution')), models.Q(models.Q(('kind', 'institution'), _negated=True), ('institution', None)), _connector='OR'), name='calendarday_kind_says_whose'),
        ),
        migrations.AddConstraint(
            model_name='limit',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='limit_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='limit',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('key', '='), (django.db.models.functions.comparison.Coalesce('institution', models.Value(0)), '='), (models.Func(models.F('valid_from'), models.F('valid_to'), models.Value('[]'), function='DATERANGE', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='limit_one_at_a_time', violation_error_message='Another row counts on some of these days.'),
        ),
        migrations.AddIndex(
            model_name='region',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('label'), name='gin_trgm_ops'), name='region_label_trgm'),
        ),
        migrations.AddConstraint(
            model_name='region',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('level', 'province'), ('parent', None)), models.Q(models.Q(('level', 'province'), _negated=True), ('parent__isnull', False)), _connector='OR'), name='region_has_parent'),
        ),
        migrations.AddIndex(
            model_name='institution',
            index=models.Index(fields=['parent', 'name'], name='institution_children'),
        ),
        migrations.AddIndex(
            model_name='institution',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('name'), name='gin_trgm_ops'), name='institution_name_trgm'),
        ),
        migrations.AddConstraint(
            model_name='institution',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='institution_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='institution',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'national'), ('parent', None)), models.Q(models.Q(('kind', 'national'), _negated=True), ('parent__isnull', False)), _connector='OR'), name='institution_has_parent'),
        ),
        migrations.AddConstraint(
            model_name='institution',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'national')), fields=('kind',), name='institution_one_root'),
        ),
        migrations.AddConstraint(
            model_name='institution',
            constraint=models.CheckConstraint(condition=models.Q(('path__endswith', django.db.models.functions.text.Concat(django.db.models.functions.comparison.Cast('id', models.CharField()), models.Value('.')))), name='institution_path_ends_here'),
        ),
        migrations.AddConstraint(
            model_name='institution',
            constraint=models.CheckConstraint(condition=models.Q(('successor', None), models.Q(('successor', models.F('id')), _negated=True), _connector='OR'), name='institution_successor_is_other'),
        ),
        migrations.AddConstraint(
            model_name='institution',
            constraint=models.CheckConstraint(condition=models.Q(('sms_prefix', ''), _negated=True), name='institution_sms_prefix_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='slapolicy',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='slapolicy_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='slapolicy',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('key', '='), (django.db.models.functions.comparison.Coalesce('institution', models.Value(0)), '='), (models.Func(models.F('valid_from'), models.F('valid_to'), models.Value('[]'), function='DATERANGE', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='slapolicy_one_at_a_time', violation_error_message='Another row counts on some of these days.'),
        ),
        migrations.AddConstraint(
            model_name='slapolicy',
            constraint=models.UniqueConstraint(models.F('key'), django.db.models.functions.comparison.Coalesce('institution', models.Value(0)), models.F('version'), name='slapolicy_version'),
        ),
        migrations.AddConstraint(
            model_name='slapolicy',
            constraint=models.CheckConstraint(condition=models.Q(('length__gt', 0)), name='slapolicy_has_length'),
        ),
        migrations.AddConstraint(
            model_name='slapolicy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cap_length', None), ('cap_unit', '')), models.Q(('cap_length__gt', 0), ('cap_length__isnull', False), models.Q(('cap_unit', ''), _negated=True)), _connector='OR'), name='slapolicy_cap_has_unit'),
        ),
        migrations.AddConstraint(
            model_name='slapolicy',
            constraint=models.CheckConstraint(condition=models.Q(('unit__in', ['working', 'calendar', 'hours']), ('cap_unit__in', ['', 'working', 'calendar', 'hours'])), name='slapolicy_unit_known'),
        ),
        migrations.AddConstraint(
            model_name='topic',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='topic_ends_after_start'),
        ),
    ]
