"""Jobs of the customers: what a killed import left out."""

from procrastinate.contrib.django import app

from patron.customers import first_load


@app.periodic(cron="*/10 * * * *")
@app.task(name="customers.build_forgotten_indexes", priority=-50)
def build_forgotten_indexes(timestamp: int) -> None:
    """Have lists of customers found by index again."""
    first_load.put_back_forgotten()
