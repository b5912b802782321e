from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("complaints", "0013_clock_climbed")]

    operations = [
        migrations.AlterModelOptions(name="clock", options={"verbose_name": "deadline", "verbose_name_plural": "deadlines"}),
        migrations.AlterModelOptions(
            name="transition", options={"ordering": ("seq",), "verbose_name": "event of a report", "verbose_name_plural": "events of reports"}
        ),
    ]
