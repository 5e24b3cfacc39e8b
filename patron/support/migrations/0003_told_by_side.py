from django.db import migrations, models


class Migration(migrations.Migration):
    """How far shopper and seller were told is kept apart; both were told what one of them was."""

    dependencies = [("support", "0002_conversations")]

    operations = [
        migrations.RenameField("conversation", "told_upto", "shopper_told_upto"),
        migrations.AlterField(
            "conversation", "shopper_told_upto", models.BigIntegerField(db_default=0, default=0, editable=False)
        ),
        migrations.AddField(
            "conversation", "seller_told_upto", models.BigIntegerField(db_default=0, default=0, editable=False)
        ),
        migrations.RunSQL(
            "UPDATE support_conversation SET seller_told_upto = shopper_told_upto WHERE shopper_told_upto > 0",
            migrations.RunSQL.noop,
        ),
    ]
