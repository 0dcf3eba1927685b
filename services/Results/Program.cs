using MedCloud.Hosting;
using MedCloud.ModelCatalogue;
using MedCloud.Results;

return await ServiceHost.RunAsync(args, new ServiceDefinition
{
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
