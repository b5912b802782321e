"""The shape of what the API says of statistics."""

from typing import Any

from rest_framework import serializers


class IndicatorOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    formula = serializers.CharField()
    unit = serializers.CharField()
    basis = serializers.CharField(help_text="Code of the legal basis.")
    value = serializers.DecimalField(max_digits=20, decimal_places=2, coerce_to_string=False, allow_null=True)
    numerator = serializers.IntegerField(allow_null=True)
    denominator = serializers.IntegerField(allow_null=True)
    low = serializers.DecimalField(max_digits=20, decimal_places=2, coerce_to_string=False, allow_null=True)
    high = serializers.DecimalField(max_digits=20, decimal_places=2, coerce_to_string=False, allow_null=True)
    median = serializers.IntegerField(allow_null=True)
    p90 = serializers.IntegerField(allow_null=True)
    missing = serializers.CharField(allow_blank=True, help_text="Why there is no value: nothing, unknown or few.")


class StatisticsOut(serializers.Serializer[Any]):
    scope = serializers.CharField()
    name = serializers.CharField()
    period = serializers.CharField()
    revision = serializers.IntegerField()
    formulas = serializers.CharField(help_text="Version of the formulas.")
    least = serializers.IntegerField(help_text="Fewer than this many are not told.")
    missing = serializers.CharField(allow_blank=True, help_text="few: the scope had no report, or too few.")
    indicators = IndicatorOut(many=True)
