from django.db import migrations


class Migration(migrations.Migration):
    """A row a batch in the place of a row a key: noting a key costs a tenth, and so does forgetting it."""

    dependencies = [
        ('kernel', '0003_file_imports'),
    ]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE kernel_importedkey_by_batch (import_id bigint NOT NULL, keys bigint[] NOT NULL, lines bigint[] NOT NULL);
            ALTER TABLE kernel_importedkey_by_batch ALTER keys SET STORAGE EXTERNAL, ALTER lines SET STORAGE EXTERNAL;
            INSERT INTO kernel_importedkey_by_batch
                SELECT import_id, array_agg(key), array_agg(line) FROM kernel_importedkey GROUP BY import_id, line / 10000;
            DROP TABLE kernel_importedkey;
            ALTER TABLE kernel_importedkey_by_batch RENAME TO kernel_importedkey;
            """,
            """
            CREATE TABLE kernel_importedkey_by_key (import_id bigint NOT NULL, key bigint NOT NULL, line bigint NOT NULL);
            INSERT INTO kernel_importedkey_by_key
                SELECT import_id, unnest(keys), unnest(lines) FROM kernel_importedkey;
            DROP TABLE kernel_importedkey;
            ALTER TABLE kernel_importedkey_by_key RENAME TO kernel_importedkey;
            """,
        ),
    ]
