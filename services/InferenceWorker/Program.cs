using MedCloud.Hosting;
using MedCloud.InferenceWorker;
using MedCloud.ModelCatalogue;

return await ServiceHost.RunAsync(args, new ServiceDefinition
{
    Name = "inferenceworker",
    Doors = HttpDoors.Http,
    Add = builder =>
    {
        builder.AddCatalogue();
        builder.AddInferenceWorker();
        builder.AddRabbitMqBus(InferenceWorkerModule.Bus);
    },
});
