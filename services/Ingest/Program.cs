using MedCloud.Hosting;
using MedCloud.Ingest;
using MedCloud.Ingest.Dimse;
using MedCloud.ModelCatalogue;
using Microsoft.Extensions.DependencyInjection;

return await ServiceHost.RunAsync(args, new ServiceDefinition
{
    Name = "ingest",
    Doors = HttpDoors.Http,
    Add = builder =>
    {
        builder.AddCatalogue();
        builder.AddRabbitMqBus(IngestModule.Bus);
        builder.AddIngest(onRabbitMq: true);
    },
    Map = app => app.MapIngest(),
    Migrate = IngestModule.MigrateAsync,
    OtherDoor = services => services.GetRequiredService<DimseDoor>().ReadyWord,
});
