using MedCloud.Hosting;
using MedCloud.ModelCatalogue;
using MedCloud.Results;

return await ServiceHost.RunAsync(args, new ServiceDefinition
{
    Name = "results",
    Doors = HttpDoors.HttpAndGrpc,
    Add = builder =>
    {
        builder.AddCatalogue();
        builder.AddResults();
        builder.AddRabbitMqBus(ResultsModule.Bus);
    },
    Map = app => app.MapResults(),
    Migrate = ResultsModule.MigrateAsync,
});
